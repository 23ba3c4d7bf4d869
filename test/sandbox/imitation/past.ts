// What the account was like a while ago. Cloudflare's reads may lag behind its own answers, each by itself; what changes
// something always acts on the present.
import type { State } from "./state.ts";

export interface Past {
	/** Keeps the state as it is from now on. */
	keep(state: State): void;
	/** As it was then, or as far back as is known. */
	at(ms: number): State | null;
}

/** The lag has a bound; nobody asks for what is older. */
const keptMs = 150_000;

export function createPast(now: () => number, begin: State): Past {
	let kept = [{ fromMs: Number.NEGATIVE_INFINITY, state: begin }];
	return {
		keep(state) {
			const needed = kept.findLastIndex(({ fromMs }) => fromMs <= now() - keptMs);
			kept = [...kept.slice(Math.max(0, needed)), { fromMs: now(), state }];
		},
		at: (ms) => kept.findLast(({ fromMs }) => fromMs <= ms)?.state ?? null,
	};
}
