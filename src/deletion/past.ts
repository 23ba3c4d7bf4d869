// The account's past, as the doors ask the Ledger for it and get it: what was bound at a time, and what changed between two
// times. Types only; times are milliseconds.

/** A binding with one service, from when it was first seen until it was gone. */
export interface PastBinding {
	id: string;
	prefixId: string;
	cidr: string | null;
	serviceId: string | null;
	serviceName: string | null;
	/** As last seen; null if that says nothing about the time asked for. */
	provisioningState: string | null;
	firstSeenMs: number;
	goneMs: number | null;
}

export interface PastPrefix {
	id: string;
	/** null if it has left the account since: the watch knows the CIDRs of its bindings only. */
	cidr: string | null;
	bindings: PastBinding[];
}

/** Who did it: unbind, or anyone else. */
export type DoneBy = "unbind" | "elsewhere";

export interface PastChange {
	atMs: number;
	change: "appeared" | "disappeared" | "changed";
	/** As it was after the change, or before it disappeared. */
	binding: PastBinding;
	/** What it was, if it changed. */
	before: PastBinding | null;
	by: DoneBy;
	/** The record of its deletion; for one that unbind restored, of the deletion before. null once it has left the Ledger. */
	deletionId: string | null;
}

export interface ChangesOfBindings {
	/** After this, up to and including `untilMs`. */
	sinceMs: number;
	untilMs: number;
	/** Of this prefix only; null for all. */
	prefixId: string | null;
	/** Where an earlier answer ended (`next`). */
	cursor: string | null;
	/** More are left for the next answer. */
	atMost: number;
}

export interface PastQuery {
	/** The times to show the account at. */
	at: readonly number[];
	changes: ChangesOfBindings | null;
	/** Show only prefixes with a change in this answer. */
	changedOnly: boolean;
	/** Who is reading: each caller's reads take turns. */
	caller: string | null;
}

export interface Past {
	/** What is known goes back to this; null if the watch never looked. */
	knownSinceMs: number | null;
	/** Every prefix was looked at after this; null until then. */
	lookedMs: number | null;
	/** One account for each time of the query; null where nothing is known of that time. */
	accounts: (PastPrefix[] | null)[];
	/** Oldest first. */
	changes: PastChange[];
	/** Set if there are more. */
	next: string | null;
}
