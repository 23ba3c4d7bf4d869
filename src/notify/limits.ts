// When a delivery is tried again, and how long a message may be, each with its reason.
const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** The pause before each attempt, from the one before: the schedule of Standard Webhooks. */
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
export const jitterAtMost = 0.1;
/** How long a destination rests after one failure; twice as long after each further one, */
export const firstBreakMs = 5000;
/** but no longer than this. */
export const longestBreakMs = 5 * minuteMs;
/** At most this many bindings or events are listed by name: more would not fit into a message. */
export const namedInEventAtMost = 100;
/** Characters. Some kinds of destination cut a line further. */
export const longestSummary = 600;
