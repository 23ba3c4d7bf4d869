// What the watch remembers, and what each look changes in it. A look is judged and stored without an `await` in between, in one
// transaction with what is written down of it. It asks Cloudflare nothing.
import type { BgpPrefix, BgpUnknown } from "../../deletion/address/bgp-prefix.ts";
import { plainId, sameId } from "../../deletion/address/cloudflare-id.ts";
import type { Deletion } from "../../deletion/record/deletion.ts";
import type { Left } from "../../deletion/restorations/order.ts";
import type { Result } from "../../deletion/result.ts";
import { log } from "../../log.ts";
import { afterAnswer } from "../../watch/announcement.ts";
import { type Judgement, judgeBinding, judgePrefix, type PrefixMemory } from "../../watch/judge.ts";
import { judgeAccount } from "../../watch/judge-account.ts";
import { isOpen, type Lifetime, lifetimeOf } from "../../watch/lifetime.ts";
import type { AccountLook, BindingLook, PrefixLook } from "../../watch/look.ts";
import { areMany, judgeMass } from "../../watch/mass.ts";
import { type Slot, slotsFor, type WatchedPrefix } from "../../watch/slots.ts";
import { lossesJudgedMs } from "../limits.ts";
import { goneSince, keepLifetimes, keepSlot, lifetimesIn, missedLifetimes, readSlots, wasSeen } from "./lifetimes.ts";
import { oursIn } from "./ours.ts";
import type { WatchRecords } from "./records.ts";

export type WatchMemory = ReturnType<typeof createWatchMemory>;

export function createWatchMemory(
	storage: Pick<DurableObjectStorage, "sql" | "transactionSync">,
	records: WatchRecords,
) {
	const { sql } = storage;
	let present: Slot[] | null = null;
	/** After a restart, losses may not have been judged. */
	let isMassJudged = false;

	const slots = (): Slot[] => {
		present ??= readSlots(sql);
		if (present.length === 0) present = slotsFor([], [], []);
		return present;
	};
	const prefixes = (): WatchedPrefix[] => slots().flatMap((slot) => slot.prefixes);

	/** A look that shows nothing new is kept in memory only. */
	function replace(next: Slot, store: boolean): void {
		present = slots().map((slot) => (slot.slot === next.slot ? next : slot));
		if (store) keepSlot(sql, next);
	}

	function keepPrefix(prefix: WatchedPrefix, store: boolean): void {
		const slot = slots().find(({ prefixes: held }) => held.some(({ prefixId }) => prefixId === prefix.prefixId));
		if (slot === undefined) return;
		const held = slot.prefixes.map((one) => (one.prefixId === prefix.prefixId ? prefix : one));
		replace({ ...slot, prefixes: held }, store);
	}

	/** Nothing happens if the prefix is no longer watched. */
	function judgeAndStore(prefixId: string, judged: (known: PrefixMemory) => Judgement): void {
		const prefix = prefixes().find((one) => one.prefixId === prefixId);
		if (prefix === undefined) return;
		const known = { prefix, lifetimes: lifetimesIn(sql, prefixId) };
		const judgement = judged(known);
		// All of it or nothing: a loss that is closed without a record would never be recorded.
		storage.transactionSync(() => keep(judgement, known.lifetimes));
	}

	function keep({ findings, lifetimes, prefix }: Judgement, before: readonly Lifetime[]): void {
		keepLifetimes(sql, lifetimes);
		keepPrefix(prefix, lifetimes.length > 0);
		const lost = new Set(
			findings.flatMap((finding) => (finding.kind === "disappeared" ? finding.lifetime.bindingId : [])),
		);
		const others = before.filter((one) => isOpen(one) && !lost.has(one.bindingId));
		for (const finding of findings) records.keepFinding(finding, others, prefix);
		if (lost.size > 0) isMassJudged = false;
	}

	const takePrefix = (look: PrefixLook): void =>
		judgeAndStore(look.prefixId, (known) => judgePrefix(known, look, oursIn(sql, look.prefixId)));

	return {
		slots,
		prefixes,
		takePrefix,
		takeAccount(look: AccountLook): void {
			const judged = judgeAccount(prefixes(), look);
			for (const { why } of judged.findings) log("warn", "watch_implausible", { why });
			const leaving = judged.prefixes.filter(({ isListed }) => !isListed);
			const before = new Map(slots().map((slot) => [slot.slot, placesIn(slot)]));
			present = slotsFor(
				slots(),
				judged.prefixes,
				leaving.flatMap(({ prefixId }) => lifetimesIn(sql, prefixId)),
			);
			for (const slot of present) if (placesIn(slot) !== before.get(slot.slot)) keepSlot(sql, slot);
			for (const one of judged.looks) takePrefix(one);
		},
		/** @param forgotten our deletions that are only in KV: plain binding id → when it took effect. */
		takeBinding(look: BindingLook, forgotten: ReadonlyMap<string, number>): void {
			judgeAndStore(look.prefixId, (known) => {
				const ours = oursIn(sql, look.prefixId);
				const deleted = new Map([...forgotten, ...ours.deleted]);
				return judgeBinding(known, look, { ...ours, deleted }, areMany(missedLifetimes(sql)));
			});
		},
		/** Kept in memory until the slot's looks are done. */
		takeAnnouncement(prefixId: string, answer: Result<BgpPrefix[], BgpUnknown>, nowMs: number): void {
			const prefix = prefixes().find((one) => one.prefixId === prefixId);
			if (prefix === undefined) return;
			keepPrefix({ ...prefix, announcement: afterAnswer(prefix.announcement, answer, nowMs) }, false);
		},
		/** unbind created the binding of this record again: it may be gone before the next look. */
		takeRestored({ binding, restoration }: Deletion, nowMs: number): void {
			const id = restoration?.state === "restored" ? restoration.binding_id : null;
			const prefix = prefixes().find(({ prefixId }) => binding !== null && sameId(prefixId, binding.prefix_id));
			if (id === null || binding === null || prefix === undefined || wasSeen(sql, id)) return;
			// Deleted by a later request before the restoration was known to have succeeded.
			if (oursIn(sql, prefix.prefixId).deleted.has(plainId(id))) return;
			const { cidr, service_id: serviceId, service_name: serviceName } = binding;
			const provisioningState = restoration?.provisioning?.state ?? null;
			const created = { id, cidr, serviceId, serviceName, provisioningState };
			keepLifetimes(sql, [lifetimeOf(created, prefix.prefixId, "restored", nowMs)]);
		},
		/** The slot's looks are done. */
		tried(number: number | null, atMs: number): void {
			const slot = slots().find((one) => one.slot === number);
			if (slot !== undefined) replace({ ...slot, triedMs: atMs }, true);
		},
		/** Judges whether losses are a mass deletion, if there are new ones. */
		judgeLosses(intervalMs: number, massAtLeast: number, nowMs: number): void {
			if (isMassJudged) return;
			storage.transactionSync(() => {
				const since = nowMs - Math.max(4 * intervalMs, lossesJudgedMs);
				const recent = goneSince(sql, since).filter(({ closed }) => closed === "disappeared");
				const judged = judgeMass(recent, intervalMs, massAtLeast);
				keepLifetimes(sql, judged.lifetimes);
				records.keepMasses(judged);
			});
			isMassJudged = true;
		},
		/** Whether the prefix has bindings left, by the last look. */
		leftIn(prefixId: string): Left {
			const prefix = prefixes().find((one) => sameId(one.prefixId, prefixId));
			if (prefix === undefined || !prefix.isListed || prefix.lookedMs === null) return "unknown";
			const isThere = (one: Lifetime) => isOpen(one) && one.missedMs === null;
			return lifetimesIn(sql, prefix.prefixId).some(isThere) ? "some" : "none";
		},
		/** After an error: what is in memory may not be what is stored. */
		forget(): void {
			present = null;
			isMassJudged = false;
		},
	};
}

/** Membership is stored immediately. Look times may wait. */
const placesIn = ({ prefixes }: Slot): string =>
	JSON.stringify(prefixes.map(({ prefixId, isListed }) => [prefixId, isListed]));
