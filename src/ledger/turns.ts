// Reads of lists take turns, so that one caller's reads hold up neither deletions nor anyone else: one at a time for a
// caller, and between two of them everything else that has arrived goes first.

export interface Turns {
	/** null: too many of this caller's reads are waiting already. */
	take<Value>(caller: string, read: () => Value): Promise<Value | null>;
}

/** One of these costs some milliseconds. */
const waitingAtMost = 32;

export function createTurns(): Turns {
	/** Who waits, for each caller that has a read under way. */
	const waiting = new Map<string, (() => void)[]>();
	return {
		async take(caller, read) {
			const present = waiting.get(caller);
			if (present === undefined) waiting.set(caller, []);
			else if (present.length >= waitingAtMost) return null;
			else await new Promise<void>((resolve) => present.push(resolve));
			try {
				return read();
			} finally {
				// A timer is behind all that has arrived by now.
				setTimeout(() => {
					const next = waiting.get(caller)?.shift();
					if (next === undefined) waiting.delete(caller);
					else next();
				}, 0);
			}
		},
	};
}
