// What unbind can report to other systems: the types of events, and what is known of one. Names and types only.
import type { Door } from "../deletion/record/actor.ts";
import type { Json } from "../deletion/record/json.ts";

export const eventTypes = [
	"deletion.deleted",
	"deletion.already_gone",
	"deletion.refused",
	"deletion.failed",
	"deletion.cancelled",
	"deletion.unknown",
	"approval.requested",
	"approval.approved",
	"approval.rejected",
	"approval.expired",
	"restoration.restored",
	"restoration.failed",
	"restoration.active",
	"freeze.on",
	"freeze.off",
	"watch.disappeared",
	"watch.appeared",
	"watch.changed",
	"watch.mass_deletion",
	"credential.rejected",
	"test",
] as const;
export type EventType = (typeof eventTypes)[number];

/** Stores events for each destination that wants them. */
export type Announce = (events: readonly NotifyEvent[]) => void;

/** One thing that happened. It is stored as JSON with each delivery, and never changes. */
export interface NotifyEvent {
	/** The same for every destination and every attempt. Letters, digits, - and _ only. */
	id: string;
	type: EventType;
	/** RFC 3339. */
	at: string;
	/** One line for people: what happened, to which binding, by whom. */
	summary: string;
	/** The page that shows more, as a path such as /records/<id>. */
	path: string;
	/** The record, and its change number in the journal; null if the event is not about a record. */
	deletion_id: string | null;
	change: number | null;
	cidr: string | null;
	actor: string | null;
	door: Door | null;
	reason: string | null;
	/** What else is known, by the type of the event. */
	data: { [name: string]: Json };
}
