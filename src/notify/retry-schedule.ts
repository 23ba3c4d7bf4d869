// When a delivery is tried again: the schedule of Standard Webhooks, and what the receiver asks for.
const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** The pause before each attempt, from the one before. */
export const pausesMs: readonly number[] = [
	0,
	5000,
	5 * minuteMs,
	30 * minuteMs,
	2 * hourMs,
	5 * hourMs,
	10 * hourMs,
	14 * hourMs,
	20 * hourMs,
	24 * hourMs,
];

/** A receiver can't put a delivery off for longer than this at a time. */
export const longestRetryAfterMs = 24 * hourMs;
/** So that many deliveries that failed together are not tried together again. */
const jitterAtMost = 0.1;

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

const firstBreakMs = 5000;
export const longestBreakMs = 5 * minuteMs;

/**
 * How long the whole destination rests after failures in a row, whatever else waits for it.
 * @param afterMs as above.
 */
export function breakMs(failures: number, afterMs: number | null): number {
	const ownMs = Math.min(firstBreakMs * 2 ** Math.min(failures - 1, 10), longestBreakMs);
	return Math.max(ownMs, Math.min(afterMs ?? 0, longestRetryAfterMs));
}
