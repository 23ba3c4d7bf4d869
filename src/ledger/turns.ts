// List reads take turns, so that one caller's reads delay neither deletions nor other callers: each caller has one read at a
// time, and everything else that has arrived goes in between.

export interface Turns {
	/** null: too many of this caller's reads are already waiting. */
	take<Value>(caller: string, read: () => Value): Promise<Value | null>;
}

/** Each read takes a few milliseconds. */
const waitingAtMost = 32;

export function createTurns(): Turns {
	/** The waiting reads of each caller that has one under way. */
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
