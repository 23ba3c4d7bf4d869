// How many writes to KV are under way at once. If more come in than KV takes, they queue here as ids instead of piling up as
// open calls. While KV hangs, one write at a time probes it.
import { sentAtOnce } from "./limits.ts";

type Written = { ok: true } | { ok: false; failure: { timedOut: boolean } };

export function createKvGate() {
	const queue: (() => void)[] = [];
	let free = sentAtOnce;
	let hangs = false;
	return {
		hangs: (): boolean => hangs,
		/** A write has ended. */
		note(outcome: Written): void {
			hangs = !outcome.ok && (outcome.failure.timedOut || hangs);
		},
		/** Writes when it is this one's turn; null if it was skipped, because KV hangs and another write probes it. */
		async inTurn<Value>(write: () => Promise<Value>): Promise<Value | null> {
			const isProbe = free === sentAtOnce;
			if (hangs && !isProbe) return null;
			if (free === 0) await new Promise<void>((resolve) => queue.push(resolve));
			else free--;
			try {
				return hangs && !isProbe ? null : await write();
			} finally {
				const next = queue.shift();
				if (next === undefined) free++;
				else next();
			}
		},
	};
}
