// One attempt to deliver: composes the message as the record is now, sends it, and notes what became of it. It decides neither
// what is due nor to whom.
import type { Posted } from "../../adapters/notify/post.ts";
import type { Chat } from "../../config/chat.ts";
import type { ConfiguredDestination, NotifySettings } from "../../config/notify.ts";
import type { Deletion } from "../../deletion/record/deletion.ts";
import type { Offer } from "../../deletion/steps/offer.ts";
import { log, traceOf } from "../../log.ts";
import type { DeliveryState } from "../../notify/delivery.ts";
import type { Answered, DestinationKind, Kind, Outgoing } from "../../notify/destination.ts";
import { breakMs, nextPauseMs } from "../../notify/retry-schedule.ts";
import { buttonsOf } from "./buttons.ts";
import type { Deliveries, DueDelivery } from "./deliveries.ts";
import type { DestinationHealth, Destinations } from "./destinations.ts";

export interface AttemptOptions {
	settings: NotifySettings;
	kinds: Record<DestinationKind, Kind>;
	chats: readonly Chat[];
	post(outgoing: Outgoing): Promise<Posted>;
	now(): number;
	random(): number;
	/** null if the Ledger no longer has it, or can't read it. */
	readRecord(id: string): Deletion | null;
	keepOffer(offer: Offer): string;
}

type Outcome = Answered | { kind: "skipped" };

/** Never rejects. */
export type Attempt = (due: DueDelivery, destination: ConfiguredDestination) => Promise<void>;

export function createAttempt(deliveries: Deliveries, destinations: Destinations, options: AttemptOptions): Attempt {
	const { settings, kinds, chats, now } = options;

	async function outcomeOf({ event }: DueDelivery, destination: ConfiguredDestination): Promise<Outcome> {
		const kind = kinds[destination.to];
		const record = event.deletion_id === null ? null : options.readRecord(event.deletion_id);
		const externalId = event.deletion_id === null ? null : deliveries.externalId(destination.name, event.deletion_id);
		const buttons = buttonsOf(event, record, destination, chats, options.keepOffer, now());
		const message = { event, record, buttons, externalId, origin: settings.origin ?? "", attemptMs: now() };
		const outgoing = await kind.compose(message, destination);
		if (outgoing === null) return { kind: "skipped" };
		const { status, headers, text } = await options.post(outgoing);
		return kind.answered(status, headers, text);
	}

	function note({ id, attempts, event }: DueDelivery, { name }: ConfiguredDestination, outcome: Outcome): void {
		const nowMs = now();
		const before = destinations.healthOf(name);
		const { state, nextMs, failure, health } = consequenceOf(outcome, before, attempts + 1, nowMs, options.random());
		deliveries.tried(id, state, nextMs, failure, nowMs);
		if (outcome.kind === "delivered" && outcome.externalId !== null) deliveries.setExternalId(id, outcome.externalId);
		if (outcome.kind === "disabled") deliveries.giveUp(name, outcome.detail);
		if (health !== before) destinations.keepHealth(name, health);

		if (state === "undelivered")
			log("warn", "notification_undelivered", { delivery_id: id, destination: name, event: event.type, failure });
		if (outcome.kind === "disabled") log("error", "destination_disabled", { destination: name, failure });
		else if (before.failures === 0 && health.failures > 0)
			log("warn", "destination_fails", { destination: name, failure });
		else if (before.failures > 0 && health.failures === 0) log("info", "destination_works", { destination: name });
	}

	return async (due, destination) => {
		let outcome: Outcome;
		try {
			outcome = await outcomeOf(due, destination);
		} catch (error) {
			log("error", "notification_failed", { delivery_id: due.id, destination: destination.name, ...traceOf(error) });
			outcome = { kind: "retry", afterMs: null, detail: "unbind could not make the message." };
		}
		note(due, destination, outcome);
	};
}

interface Consequence {
	state: DeliveryState;
	nextMs: number | null;
	failure: string | null;
	health: DestinationHealth;
}

/** @param attempts with this one. */
function consequenceOf(
	outcome: Outcome,
	before: DestinationHealth,
	attempts: number,
	nowMs: number,
	jitter: number,
): Consequence {
	if (outcome.kind === "skipped") return { state: "skipped", nextMs: null, failure: null, health: before };
	if (outcome.kind === "delivered") {
		const health = { ...before, failures: 0, restsUntilMs: null, deliveredMs: nowMs };
		return { state: "delivered", nextMs: null, failure: null, health };
	}
	const failure = outcome.detail;
	const failed = { ...before, failedMs: nowMs, failure };
	if (outcome.kind === "rejected") return { state: "undelivered", nextMs: null, failure, health: failed };
	if (outcome.kind === "disabled")
		return { state: "undelivered", nextMs: null, failure, health: { ...failed, disabledMs: nowMs } };
	const pauseMs = nextPauseMs(attempts, outcome.afterMs, jitter);
	const failures = before.failures + 1;
	const health = { ...failed, failures, restsUntilMs: nowMs + breakMs(failures, outcome.afterMs) };
	return pauseMs === null
		? { state: "undelivered", nextMs: null, failure, health }
		: { state: "waiting", nextMs: nowMs + pauseMs, failure, health };
}
