// How often the watch looks, and how fast it may call: a quarter of Cloudflare's rate limit for ordinary looks, half of it for
// second looks. If that is too slow for the configured interval, the interval grows.

/** Below the free plan's 50 subrequests per invocation, with room for some retries. */
export const callsPerAlarm = 40;
export const prefixesPerSlot = callsPerAlarm / 2;
/** With the looks at a slot, what is announced of so many of its prefixes is read: each about hourly at ten minutes. */
export const bgpReadsPerSlot = 3;

const limit = { calls: 1200, perMs: 300_000 };
/** An alarm that is late may catch up by this much. */
const catchUpMs = 10_000;
/** No window of the limit holds more than the share, with what was caught up and one more batch in it. */
const msPerCall = (share: number, batch: number): number => (limit.perMs + catchUpMs) / (limit.calls * share - batch);
const ordinaryCallMs = msPerCall(1 / 4, prefixesPerSlot + bgpReadsPerSlot);
const callsPerPrefix = 1 + bgpReadsPerSlot / prefixesPerSlot;
const secondCallMs = msPerCall(1 / 2, callsPerAlarm);

/**
 * In the worst case the last look that shows a lost binding begins one lag after the loss, the next one misses it, and a second
 * one follows a lag later. To report it within one interval and three minutes, each prefix is looked at this much more often
 * than once an interval. Half a minute of it is for late alarms and slow answers.
 */
const headStartMs = 90_000;
const shortestPeriodMs = 30_000;
/** Looks that come late must not delay the next ones for good. */
const slack = 1.1;

export interface Intervals {
	/** How often each prefix is looked at. */
	periodMs: number;
	/** The actual interval. It may be longer than what was asked for. */
	intervalMs: number;
}

/**
 * Looking at every prefix once is one call for the account and one for each prefix, and now and then one for what is announced of it. The shortest
 * interval is two minutes.
 */
export function intervalsOf(askedMs: number, prefixCount: number): Intervals {
	const leastMs = Math.max(shortestPeriodMs, (1 + prefixCount * callsPerPrefix) * ordinaryCallMs * slack);
	const periodMs = Math.ceil(Math.max(askedMs - headStartMs, leastMs));
	return { periodMs, intervalMs: periodMs + headStartMs };
}

/** The earliest time for the next call of each kind. */
export interface Pace {
	ordinaryMs: number;
	secondMs: number;
}

export const freshPace: Pace = { ordinaryMs: 0, secondMs: 0 };

/** The pace after some calls. Count the calls that were made in fact, retries included. */
export function paced(
	{ ordinaryMs, secondMs }: Pace,
	calls: { ordinary: number; second: number },
	nowMs: number,
): Pace {
	return {
		ordinaryMs: Math.max(ordinaryMs, nowMs - catchUpMs) + calls.ordinary * ordinaryCallMs,
		secondMs: Math.max(secondMs, nowMs - catchUpMs) + calls.second * secondCallMs,
	};
}
