// The account as it was a while ago. Cloudflare's reads may lag behind its own answers, each separately. Changes always
// act on the present.
import type { State } from "./state.ts";

export interface Past {
	/** Keeps the state from now on, or from an earlier time that is later than any kept. */
	keep(state: State, fromMs?: number): void;
	/** The state at that time, or the oldest one kept. */
	at(ms: number): State | null;
}

/** The lag is bounded, so older states are not needed. */
const keptMs = 150_000;

export function createPast(now: () => number, begin: State): Past {
	let kept = [{ fromMs: Number.NEGATIVE_INFINITY, state: begin }];
	return {
		keep(state, fromMs = now()) {
			const needed = kept.findLastIndex(({ fromMs }) => fromMs <= now() - keptMs);
			kept = [...kept.slice(Math.max(0, needed)), { fromMs, state }];
		},
		at: (ms) => kept.findLast(({ fromMs }) => fromMs <= ms)?.state ?? null,
	};
}
