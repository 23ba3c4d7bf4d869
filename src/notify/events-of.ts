// Turns a change of a record into events: plain functions from the record before and after. A settled record that is stored again
// with the same state and restoration makes no event. It writes no text; `summary.ts` does.
import { type Deletion, isOpen } from "../deletion/record/deletion.ts";
import type { Json } from "../deletion/record/json.ts";
import type { EventType, NotifyEvent } from "./event.ts";
import { summaryOfRecord } from "./summary.ts";

export interface Change {
	/** The record's change number in the journal. */
	number: number;
	/** RFC 3339. */
	at: string;
}

/** @param before null if the Ledger had no row for it: it is new, or an old record that is restored. */
export function eventsOf(before: Deletion | null, after: Deletion, change: Change): NotifyEvent[] {
	const outcome = outcomeOf(before, after);
	const types = [outcome, restorationOf(before, after), activeOf(before, after)].filter((type) => type !== null);
	return types.map((type) => eventOf(type, after, change));
}

/** What became of the deletion itself. Once it is settled, only its restoration is news. */
function outcomeOf(before: Deletion | null, after: Deletion): EventType | null {
	if (before === null ? after.restoration !== null : !isOpen(before) || before.state === after.state) return null;
	const { state, approval } = after;
	switch (state) {
		case "deleted":
		case "already_gone":
		case "failed":
		case "cancelled":
		case "unknown":
			return `deletion.${state}`;
		case "refused":
			return after.failure?.code === "approval_rejected" ? "approval.rejected" : "deletion.refused";
		case "pending_approval":
			return "approval.requested";
		case "expired":
			return "approval.expired";
		case "scheduled":
			return before?.state === "pending_approval" && approval?.state === "approved" ? "approval.approved" : null;
		case "deleted_elsewhere":
			return "watch.disappeared";
		case "received":
		case "deleting":
		case "restored":
			return null;
	}
}

function restorationOf(before: Deletion | null, after: Deletion): EventType | null {
	if (attemptOf(before) === attemptOf(after)) return null;
	switch (after.restoration?.state) {
		case "restored":
		case "already_bound":
			return "restoration.restored";
		case "failed":
			return "restoration.failed";
		default:
			return null;
	}
}

/** Which attempt it is, and how far it has come. */
const attemptOf = (deletion: Deletion | null): string =>
	`${deletion?.restoration?.requested_at} ${deletion?.restoration?.state}`;

/** Older records lack the member. */
const activeAt = (deletion: Deletion | null): string | null => deletion?.restoration?.active_at ?? null;

const activeOf = (before: Deletion | null, after: Deletion): EventType | null =>
	activeAt(after) !== null && activeAt(after) !== activeAt(before) ? "restoration.active" : null;

function eventOf(type: EventType, deletion: Deletion, { number, at }: Change): NotifyEvent {
	const { id, binding, target, actor, reason, restoration } = deletion;
	const by = type.startsWith("restoration.") && restoration !== null ? restoration.requested_by : actor;
	return {
		id: `${id}-${number}-${type.replace(".", "-")}`,
		type,
		at,
		summary: summaryOfRecord(type, deletion),
		path: `/records/${id}`,
		deletion_id: id,
		change: number,
		cidr: binding?.cidr || (target.includes("/") ? target : null),
		actor: by.name,
		door: by.door,
		reason,
		data: dataOf(type, deletion),
	};
}

function dataOf(type: EventType, deletion: Deletion): NotifyEvent["data"] {
	const { state, binding, failure, approval, restoration, effect, elsewhere } = deletion;
	const data: { [name: string]: Json } = {
		state,
		binding_id: binding?.id ?? null,
		prefix_id: binding?.prefix_id ?? null,
		service_name: binding?.service_name ?? null,
	};
	if (type === "deletion.refused" || type === "deletion.failed")
		return { ...data, code: failure?.code ?? null, detail: failure?.detail ?? null };
	if (type.startsWith("approval."))
		return {
			...data,
			guards: approval?.guards ?? [],
			expires_at: approval?.expires_at ?? null,
			decided_by: approval?.decided_by?.name ?? null,
		};
	if (type.startsWith("restoration."))
		return {
			...data,
			restored_binding_id: restoration?.binding_id ?? null,
			active_at: restoration?.active_at ?? null,
			code: restoration?.failure?.code ?? null,
		};
	if (type === "watch.disappeared")
		return { ...data, last_seen_at: elsewhere?.last_seen_at ?? null, noticed_at: elsewhere?.noticed_at ?? null };
	return { ...data, falls_back_to: effect?.falls_back_to?.service_name ?? null };
}
