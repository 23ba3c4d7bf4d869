// Keeps people from getting hundreds of messages at once: many events of one type become one message, and losses wait until the
// watch knows whether they are a mass deletion. Nothing is lost: each delivery says which one reports it.
import { plainId } from "../../deletion/address/cloudflare-id.ts";
import type { NotifyEvent } from "../../notify/event.ts";
import { combinedEvent } from "../../notify/other-events.ts";
import { digestEveryMs, foldedAtMost, singleMessagesAtMost } from "../limits.ts";
import type { Deliveries, DueDelivery } from "./deliveries.ts";

export type Bursts = ReturnType<typeof createBursts>;

/** One message each, however many there are. */
const single: readonly NotifyEvent["type"][] = ["watch.mass_deletion", "test"];
const summaryMark = "digest-";

export function createBursts(deliveries: Deliveries, now: () => number, newId: () => string) {
	/** When messages of a type were sent, and until when more of it wait. A restart forgets it. */
	const recent = new Map<string, { sentMs: number[]; untilMs: number }>();
	const keyOf = (destination: string, type: string) => `${destination} ${type}`;
	const isFoldable = ({ id, type }: NotifyEvent) => !single.includes(type) && !id.startsWith(summaryMark);

	/** From when on an event of that type may be sent to people. */
	const restsUntilMs = (destination: string, type: string): number =>
		recent.get(keyOf(destination, type))?.untilMs ?? 0;

	return {
		restsUntilMs,
		/** What to send instead of this delivery: a new one that reports many, or the same one. */
		folded(due: DueDelivery): DueDelivery {
			if (!isFoldable(due.event)) return due;
			const { destination, address, event } = due;
			const many = deliveries
				.dueOf(destination, event.type, now(), foldedAtMost)
				.filter((one) => isFoldable(one.event) && one.address === address);
			if (many.length <= singleMessagesAtMost) return due;
			const id = newId();
			const nowMs = now();
			const events = many.map((one) => one.event);
			const combined = combinedEvent(event, events, id, nowMs);
			deliveries.add({ id, event: combined, destination, address, state: "waiting", nextMs: nowMs, nowMs });
			for (const one of many) deliveries.fold(one.id, id);
			return { id, destination, address, attempts: 0, event: combined };
		},
		/** A message was sent to people. */
		sent({ destination, event }: DueDelivery): void {
			if (single.includes(event.type)) return;
			const key = keyOf(destination, event.type);
			const nowMs = now();
			const sentMs = [...(recent.get(key)?.sentMs ?? []), nowMs].filter((ms) => ms > nowMs - digestEveryMs);
			const isMuch = sentMs.length >= singleMessagesAtMost || event.id.startsWith(summaryMark);
			recent.set(key, { sentMs, untilMs: isMuch ? nowMs + digestEveryMs : 0 });
			if (isMuch) deliveries.postpone(destination, event.type, nowMs + digestEveryMs);
		},
		/** The watch has judged a look's losses. @param massOf plain binding id → the mass deletion's id; those left out count towards none. */
		judged(massOf: ReadonlyMap<string, string>): void {
			const into = new Map<string, string | null>();
			const newest = [...massOf.values()].at(-1);
			for (const { id, destination, event } of deliveries.held()) {
				const bindingId = plainId(String(event.data.binding_id));
				const mass = event.type === "freeze.on" ? newest : massOf.get(bindingId);
				const key = `${destination} ${mass}`;
				if (mass !== undefined && !into.has(key)) into.set(key, deliveries.of(destination, mass));
				const folded = mass === undefined ? null : (into.get(key) ?? null);
				if (folded === null) deliveries.release(id, Math.max(now(), restsUntilMs(destination, event.type)));
				else deliveries.fold(id, folded);
			}
		},
	};
}
