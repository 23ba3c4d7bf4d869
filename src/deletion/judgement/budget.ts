// How much of the account's deletion budget is left, to show before it is used up. The guard `budget` decides.

import type { Policy } from "./policy.ts";

export interface Budget {
	limit: number;
	left: number;
	window_minutes: number;
	/** Until more is left than now; null while all of it is. */
	next_in_seconds: number | null;
}

/** @param begunMs when the deletions in the window were begun, oldest first. */
export function budgetOf(
	begunMs: readonly number[],
	{ deletions: limit, windowMinutes }: Policy["budget"],
	nowMs: number,
): Budget {
	// Where the limit was lowered since, more than one deletion has to leave the window.
	const nextMs = begunMs[Math.max(0, begunMs.length - limit)];
	return {
		limit,
		left: Math.max(0, limit - begunMs.length),
		window_minutes: windowMinutes,
		next_in_seconds: nextMs === undefined ? null : secondsUntilItLeaves(nextMs, windowMinutes, nowMs),
	};
}

export const secondsUntilItLeaves = (begunMs: number, windowMinutes: number, nowMs: number): number =>
	Math.max(1, Math.ceil((begunMs + windowMinutes * 60_000 - nowMs) / 1000));
