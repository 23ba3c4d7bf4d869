// Queues list reads, so that one caller's reads delay neither deletions nor other callers: each caller has one read at a
// time, and everything else that has arrived goes in between.

import { readsWaitingAtMost } from "./limits.ts";

export function createReadQueue() {
	/** The waiting reads of each caller that has one under way. */
	const waiting = new Map<string, (() => void)[]>();
	return {
		/** null: too many of this caller's reads are already waiting. @param version the journal's current version. */
		async inTurn<Value>(
			{ caller: named, unless }: { caller?: string | null; unless?: string | null },
			version: string,
			read: () => Value,
		): Promise<Value | null> {
			// A poll that finds nothing new costs next to nothing.
			if (unless === version) return read();
			// Version 0.1.0 does not say who is reading.
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
