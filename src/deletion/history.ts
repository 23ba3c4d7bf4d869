// How the history is read: newest first, by page. What it needs from the Ledger is what the Ledger has changed lately.
import type { Door } from "./actor.ts";
import type { Deletion, State, Summary } from "./deletion.ts";
import type { Changes, ChangesQuery } from "./ledger-api.ts";
import type { Result } from "./result.ts";
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
	/** Beyond these. */
	rows?: RowConditions;
}

export interface HistoryQuery {
	filter: HistoryFilter;
	limit: number;
	/** As an earlier page gave it; null for the newest page. */
	cursor: string | null;
	/** The version of the newest page that the caller has: while it holds, the answer is null. */
	unless: string | null;
	/** Asks the Ledger in the place of the history's own question: for who wants to know more in the same call. */
	ask?: AskChanges;
}

export interface HistoryPage {
	rows: Summary[];
	/** The cursor of the next page; null when there is none. */
	next: string | null;
	/** The Ledger's version; null when the Ledger or KV could not be read, and the page may be stale. */
	version: string | null;
}

/** A record in JSON. `stale`: the Ledger could not be asked, and may know better. */
export type RecordRead =
	| { kind: "record"; text: string; stale: boolean }
	| { kind: "none" }
	/** It was not found where it could be looked for, but not everything could be read. */
	| { kind: "unavailable" };

export interface History {
	/**
	 * null when the version in `unless` still holds; then KV was not touched. While KV cannot be read, the page is of the
	 * Ledger's week. `busy`: the caller has too many pages read at once.
	 */
	page(query: HistoryQuery): Promise<Result<HistoryPage | null, "bad_cursor" | "unavailable" | "busy">>;
	/** By its own id, or by another that a caller was given for it. */
	record(id: string): Promise<RecordRead>;
}

/** Asks the Ledger; null when it cannot be reached. */
export type AskChanges = (query: ChangesQuery) => Promise<Changes | null>;

export interface AskLedger {
	changes: AskChanges;
	/** Never rejects. */
	record(id: string): Promise<Result<Deletion | null, unknown>>;
}
