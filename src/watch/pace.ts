// How often the watch looks, and how fast it may call: a quarter of Cloudflare's rate limit for ordinary looks, half of it for
// second looks. If that is too slow for the configured interval, the interval grows.
import {
	bgpReadsPerSlot,
	callsPerAlarm,
	catchUpMs,
	headStartMs,
	prefixesPerSlot,
	rateLimit,
	shortestPeriodMs,
} from "./limits.ts";

/** No window of the limit holds more than the share, with what was caught up and one more batch in it. */
const msPerCall = (share: number, batch: number): number =>
	(rateLimit.perMs + catchUpMs) / (rateLimit.calls * share - batch);
const ordinaryCallMs = msPerCall(1 / 4, prefixesPerSlot + bgpReadsPerSlot);
const callsPerPrefix = 1 + bgpReadsPerSlot / prefixesPerSlot;
const secondCallMs = msPerCall(1 / 2, callsPerAlarm);

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
