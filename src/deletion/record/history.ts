// How to read the history: newest first, page by page. From the Ledger it needs only the latest changes.

import type { Changes, ChangesQuery } from "../ledger-api.ts";
import type { Result } from "../result.ts";
import type { Door } from "./actor.ts";
import type { Deletion, State, Summary } from "./deletion.ts";
import type { RowConditions } from "./row-conditions.ts";

export interface HistoryFilter {
	state: State | null;
	actor: string | null;
	door: Door | null;
	bindingId: string | null;
	prefixId: string | null;
	cidr?: string | null;
	sinceMs: number | null;
	untilMs: number | null;
	/** Further conditions. */
	rows?: RowConditions;
}

export interface HistoryQuery {
	filter: HistoryFilter;
	limit: number;
	/** From an earlier page; null for the newest page. */
	cursor: string | null;
	/** The version the caller already has: while it is current, the answer is null. */
	unless: string | null;
	/** Replaces the history's own call to the Ledger, for a caller that wants more from the same call. */
	changes?: ReadChanges;
}

export interface HistoryPage {
	rows: Summary[];
	/** The cursor of the next page; null if there is none. */
	next: string | null;
	/** The Ledger's version; null if the Ledger or KV could not be read, so the page may be stale. */
	version: string | null;
}

/** A record in JSON. `stale`: the Ledger could not be reached, and may have a newer version. */
export type RecordRead =
	| { kind: "record"; text: string; stale: boolean }
	| { kind: "none" }
	/** Not found, but not everything could be read. */
	| { kind: "unavailable" };

export interface History {
	/**
	 * null while the version in `unless` is current; KV is not touched then. If KV can't be read, the page comes from the
	 * Ledger's week. `busy`: the caller is reading too many pages at once.
	 */
	page(query: HistoryQuery): Promise<Result<HistoryPage | null, "bad_cursor" | "unavailable" | "busy">>;
	/** By its own id, or by another id that a caller was given for it. */
	record(id: string): Promise<RecordRead>;
}

/** Asks the Ledger; null if it can't be reached. */
export type ReadChanges = (query: ChangesQuery) => Promise<Changes | null>;

export interface AskLedger {
	changes: ReadChanges;
	/** Never rejects. */
	record(id: string): Promise<Result<Deletion | null, unknown>>;
}
