// A request for a deletion, as the doors hand it over, and the answer they get. Types only.

import type { Target } from "../address/target.ts";
import type { Budget } from "../judgement/budget.ts";
import type { Actor } from "../record/actor.ts";
import type { Deletion } from "../record/deletion.ts";

export interface DeletionCommand {
	/** Unique per request: a request handed to the Ledger twice is carried out once. */
	requestId: string;
	actor: Actor;
	target: Target;
	reason: string | null;
	acknowledge: readonly string[];
	ifMatch: readonly string[] | null;
	/** The earliest time to delete, at most 7 days ahead; null means immediately. */
	notBeforeMs: number | null;
	/** If this deletion would start now, cancels the binding's scheduled one. */
	supersede?: boolean;
	idempotencyKey: string | null;
	/** Other keys for the same request, from earlier releases: treated like `idempotencyKey`. */
	alsoKeys?: readonly string[];
	/** The id for a new record: version 0.1.0's webhooks have already returned it. */
	deletionId?: string;
}

export interface Receipt {
	deletion: Deletion;
	/** The record answered an earlier request under the same key. */
	replayed: boolean;
	/** Another request began it. */
	joined?: boolean;
	/** After it, if it was judged now. */
	budget?: Budget;
}

/** Leaves no record: the request contradicts an earlier one under the same key. */
export type KeyReused = { code: "idempotency_key_reused"; detail: string; deletion_id: string };
/** `misconfigured`: the Ledger's limits are faulty, so it accepts no requests. */
export type Rejection = KeyReused | { code: "misconfigured"; detail: string };
