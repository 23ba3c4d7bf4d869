// A delivery: one event on its way to one destination. Types and names only; the Ledger's tables and the API have the same words.
import type { ScopeMissing } from "../deletion/record/actor.ts";
import type { DestinationKind } from "./destination.ts";
import type { NotifyEvent } from "./event.ts";

/**
 * `held`: until the watch has judged the losses of one look. `folded`: another message reports it. `skipped`: its kind has
 * nothing to say about such an event.
 */
export const deliveryStates = ["waiting", "held", "delivered", "undelivered", "folded", "skipped"] as const;
export type DeliveryState = (typeof deliveryStates)[number];

export interface Delivery {
	id: string;
	destination: string;
	state: DeliveryState;
	event: NotifyEvent;
	created_at: string;
	attempts: number;
	last_attempt_at: string | null;
	/** null if there will be none. */
	next_attempt_at: string | null;
	/** Why the last attempt failed. */
	failure: string | null;
	/** The delivery that reports it. */
	folded_into: string | null;
}

/** `closed`: its settings are faulty. `removed`: the configuration no longer has it. */
export type DestinationState = "open" | "disabled" | "closed" | "removed";

export interface DestinationFacts {
	name: string;
	/** null if its settings are faulty, or gone. */
	to: DestinationKind | null;
	state: DestinationState;
	waiting: number;
	undelivered: number;
	/** How many deliveries had to make room without having been delivered. */
	dropped: number;
	last_success_at: string | null;
	last_failure_at: string | null;
	/** Why it failed last. */
	last_failure: string | null;
	/** It gets nothing before then, after failures. */
	resting_until: string | null;
}

export interface NotificationsQuery {
	destination: string | null;
	state: DeliveryState | null;
	/** Only deliveries before this one; null for the newest. */
	afterId: string | null;
	atMost: number;
	/** Who is reading: each caller's reads take turns. */
	caller?: string | null;
}

export interface Notifications {
	/** Newest first. */
	deliveries: Delivery[];
	/** Where the next page goes on; null if there is none. */
	next: string | null;
	destinations: DestinationFacts[];
}

/** Why something is not sent by hand. */
export type NotificationRefusal =
	| ScopeMissing
	| { code: "not_found" | "destination_closed"; detail: string }
	| { code: "rate_limited"; detail: string; retry_after_seconds: number };
