// One attempt to deliver: composes the message as the record is now, sends it, and notes what became of it. It decides neither
// what is due nor to whom.
import type { Posted } from "../../adapters/notify/post.ts";
import type { Chat } from "../../config/chat.ts";
import type { ConfiguredDestination } from "../../config/notify.ts";
import type { Deletion } from "../../deletion/record/deletion.ts";
import type { Offer } from "../../deletion/steps/offer.ts";
import { log, traceOf } from "../../log.ts";
import type { DeliveryState } from "../../notify/delivery.ts";
import type { Answered, DestinationKind, Kind, MessageButton, Outgoing } from "../../notify/destination.ts";
import { breakMs, nextPauseMs } from "../../notify/retry-schedule.ts";
import { buttonsOf } from "./buttons.ts";
import type { Deliveries, DueDelivery } from "./deliveries.ts";
import { freshStanding, type Standing, type Standings } from "./standings.ts";

export interface AttemptNeeds {
	deliveries: Deliveries;
	standings: Standings;
	kinds: Record<DestinationKind, Kind>;
	chats: readonly Chat[];
	/** unbind's own, for links. */
	origin: string;
	post(outgoing: Outgoing): Promise<Posted>;
	now(): number;
	random(): number;
	/** null if the Ledger no longer has it, or can't read it. */
	recordOf(id: string): Deletion | null;
	keepOffer(offer: Offer): string;
}

type Outcome = Answered | { kind: "skipped" };

/** Never rejects. */
export type Attempt = (due: DueDelivery, destination: ConfiguredDestination) => Promise<void>;

export function createAttempt(needs: AttemptNeeds): Attempt {
	const { deliveries, standings, kinds, now } = needs;

	async function outcomeOf({ event }: DueDelivery, destination: ConfiguredDestination): Promise<Outcome> {
		const kind = kinds[destination.to];
		const record = event.deletion_id === null ? null : needs.recordOf(event.deletion_id);
		const externalId = event.deletion_id === null ? null : deliveries.externalId(destination.name, event.deletion_id);
		const buttons: MessageButton[] = buttonsOf(event, record, destination, needs.chats, needs.keepOffer, now());
		const message = { event, record, buttons, externalId, origin: needs.origin, attemptMs: now() };
		const outgoing = await kind.compose(message, destination);
		if (outgoing === null) return { kind: "skipped" };
		const { status, headers, text } = await needs.post(outgoing);
		return kind.answered(status, headers, text);
	}

	function note({ id, attempts, event }: DueDelivery, { name, mark }: ConfiguredDestination, outcome: Outcome): void {
		const nowMs = now();
		const before = standings.of(name) ?? freshStanding(mark);
		const { state, nextMs, failure, standing } = consequenceOf(outcome, before, attempts + 1, nowMs, needs.random());
		deliveries.tried(id, state, nextMs, failure, nowMs);
		if (outcome.kind === "delivered" && outcome.externalId !== null) deliveries.name(id, outcome.externalId);
		if (outcome.kind === "disabled") deliveries.giveUp(name, outcome.detail);
		if (standing !== before) standings.keep(name, standing);

		if (state === "undelivered")
			log("warn", "notification_undelivered", { delivery_id: id, destination: name, event: event.type, failure });
		if (outcome.kind === "disabled") log("error", "destination_disabled", { destination: name, failure });
		else if (before.failures === 0 && standing.failures > 0)
			log("warn", "destination_fails", { destination: name, failure });
		else if (before.failures > 0 && standing.failures === 0) log("info", "destination_works", { destination: name });
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
	standing: Standing;
}

/** @param attempts with this one. */
function consequenceOf(
	outcome: Outcome,
	before: Standing,
	attempts: number,
	nowMs: number,
	jitter: number,
): Consequence {
	if (outcome.kind === "skipped") return { state: "skipped", nextMs: null, failure: null, standing: before };
	if (outcome.kind === "delivered") {
		const standing = { ...before, failures: 0, restsUntilMs: null, deliveredMs: nowMs };
		return { state: "delivered", nextMs: null, failure: null, standing };
	}
	const failure = outcome.detail;
	const failed = { ...before, failedMs: nowMs, failure };
	if (outcome.kind === "rejected") return { state: "undelivered", nextMs: null, failure, standing: failed };
	if (outcome.kind === "disabled")
		return { state: "undelivered", nextMs: null, failure, standing: { ...failed, disabledMs: nowMs } };
	const pauseMs = nextPauseMs(attempts, outcome.afterMs, jitter);
	const failures = before.failures + 1;
	const standing = { ...failed, failures, restsUntilMs: nowMs + breakMs(failures, outcome.afterMs) };
	return pauseMs === null
		? { state: "undelivered", nextMs: null, failure, standing }
		: { state: "waiting", nextMs: nowMs + pauseMs, failure, standing };
}
