// Many restorations under one request, as the doors ask for them and show them. Each is judged and carried out by itself.
import { visibleTo } from "../lookup/visible.ts";
import type { Actor, Party, ScopeMissing } from "../record/actor.ts";

export interface RestorationsCommand {
	/** Ids of records, each named: from 1 to 1,000, none twice. */
	deletions: readonly string[];
	reason: string | null;
	actor: Actor;
	/** The caller's Idempotency-Key; null if it gave none. */
	key: string | null;
}

/** Why a request is refused as a whole; it leaves no trace. What is wrong with one of its records is said with that record. */
export type RestorationsRefusal =
	| ScopeMissing
	| { code: "invalid_request"; detail: string }
	/** `deletion_id`: what answered the earlier request, a deletion's id or that of many restorations. */
	| { code: "idempotency_key_reused"; detail: string; deletion_id: string }
	| { code: "too_many_restorations"; detail: string; retry_after_seconds: number };

export type RestorationItemState =
	| "waiting"
	| "restoring"
	| "unknown"
	| "restored"
	| "already_bound"
	| "failed"
	| "refused";

export interface RestorationItem {
	deletion_id: string;
	cidr: string | null;
	prefix_id: string | null;
	service_name: string | null;
	state: RestorationItemState;
	/** The new binding. */
	binding_id: string | null;
	/** Why it was refused or failed. */
	code: string | null;
	detail: string | null;
}

export interface Restorations {
	id: string;
	requested_at: string;
	requested_by: Party;
	reason: string | null;
	/** `done` once every restoration is settled. */
	state: "restoring" | "done";
	settled_at: string | null;
	total: number;
	counts: { [state in RestorationItemState]: number };
	/** In the order in which they are carried out. */
	deletions: RestorationItem[];
}

/** Many restorations as their requester may see them: of a binding outside the caller's ranges, they show only that it is. */
export function manyShownTo(actor: Actor, restorations: Restorations): Restorations {
	const visible = visibleTo(actor);
	const shown = (item: RestorationItem): RestorationItem =>
		item.cidr === null || visible.cidr(item.cidr) ? item : { ...item, cidr: null, prefix_id: null, service_name: null };
	return { ...restorations, deletions: restorations.deletions.map(shown) };
}
