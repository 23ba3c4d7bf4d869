// When a delivery is tried again: the schedule of Standard Webhooks, and what the receiver asks for.
import { firstBreakMs, jitterAtMost, longestBreakMs, longestRetryAfterMs, pausesMs } from "./limits.ts";

/**
 * The pause until the next attempt; null after the last one.
 * @param attempts how many have been made.
 * @param afterMs what the receiver asked for; null if nothing.
 * @param jitter from 0 to 1.
 */
export function nextPauseMs(attempts: number, afterMs: number | null, jitter: number): number | null {
	const pauseMs = pausesMs[attempts];
	if (pauseMs === undefined) return null;
	const askedMs = Math.min(Math.max(afterMs ?? 0, 0), longestRetryAfterMs);
	return Math.ceil(Math.max(pauseMs * (1 + jitterAtMost * jitter), askedMs));
}

/**
 * How long the whole destination rests after failures in a row, whatever else waits for it.
 * @param afterMs as above.
 */
export function breakMs(failures: number, afterMs: number | null): number {
	const ownMs = Math.min(firstBreakMs * 2 ** Math.min(failures - 1, 10), longestBreakMs);
	return Math.max(ownMs, Math.min(afterMs ?? 0, longestRetryAfterMs));
}
