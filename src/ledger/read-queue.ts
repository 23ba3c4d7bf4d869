// Queues list reads, so that one caller's reads delay neither deletions nor other callers: each caller has one read at a
// time, and everything else that has arrived goes in between.

import type { ChangesQuery } from "../deletion/ledger-api.ts";
import { readsWaitingAtMost } from "./limits.ts";

interface ReadQueue {
	/** null: too many of this caller's reads are already waiting. @param version the journal's current version. */
	inTurn<Value>(
		query: Pick<ChangesQuery, "caller" | "unless">,
		version: string,
		read: () => Value,
	): Promise<Value | null>;
}

export function createReadQueue(): ReadQueue {
	/** The waiting reads of each caller that has one under way. */
	const waiting = new Map<string, (() => void)[]>();
	return {
		async inTurn({ caller: named, unless }, version, read) {
			// A poll that finds nothing new costs next to nothing.
			if (unless === version) return read();
			// The previous release does not say who is reading.
			const caller = named ?? "";
			const present = waiting.get(caller);
			if (present === undefined) waiting.set(caller, []);
			else if (present.length >= readsWaitingAtMost) return null;
			else await new Promise<void>((resolve) => present.push(resolve));
			try {
				return read();
			} finally {
				// A timer runs after everything that has arrived by now.
				setTimeout(() => {
					const next = waiting.get(caller)?.shift();
					if (next === undefined) waiting.delete(caller);
					else next();
				}, 0);
			}
		},
	};
}
