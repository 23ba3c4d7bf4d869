// Keeps calls within Cloudflare's rate limit. Beyond it, Cloudflare refuses every call by the credential's user for five
// minutes, including the dashboard's.

import { largestReserve, longestHoldMs, reservedShare } from "./limits.ts";

interface RateGate {
	/** How long to hold back the next call. A sparing call is held while little of the limit is left. */
	holdMs(sparing?: boolean): number;
	observe(headers: Headers): void;
	holdFor(ms: number): void;
	/** Calls left according to the last answer; null if its window is over, or there was no answer yet. */
	callsLeft(): number | null;
}

export function createRateGate(now: () => number): RateGate {
	let heldUntilMs = 0;
	let sparedUntilMs = 0;
	let left: { calls: number; untilMs: number } | null = null;
	const holdFor = (ms: number) => {
		heldUntilMs = Math.max(heldUntilMs, now() + Math.min(ms, longestHoldMs));
	};
	return {
		holdMs: (sparing = false) => Math.max((sparing ? Math.max(heldUntilMs, sparedUntilMs) : heldUntilMs) - now(), 0),
		holdFor,
		callsLeft: () => (left !== null && now() < left.untilMs ? left.calls : null),
		/**
		 * `Ratelimit: "default";r=50;t=30`: 50 calls remain in the next 30 seconds.
		 * `Ratelimit-Policy: "default";q=1200;w=300`: of 1,200 in five minutes.
		 */
		observe(headers) {
			const quotas = new Map(itemsOf(headers, "ratelimit-policy").map((item) => [nameOf(item), numberIn(item, "q")]));
			let fewest: { calls: number; untilMs: number } | null = null;
			for (const item of itemsOf(headers, "ratelimit")) {
				const remaining = numberIn(item, "r");
				const resetSeconds = numberIn(item, "t");
				if (remaining === null || resetSeconds === null) continue;
				const resetMs = resetSeconds * 1000;
				if (fewest === null || remaining < fewest.calls) fewest = { calls: remaining, untilMs: now() + resetMs };
				if (remaining > reserveOf(quotas.get(nameOf(item)) ?? null)) continue;
				sparedUntilMs = Math.max(sparedUntilMs, now() + Math.min(resetMs, longestHoldMs));
				if (remaining === 0) holdFor(resetMs);
			}
			if (fewest !== null) left = fewest;
		},
	};
}

const reserveOf = (quota: number | null): number =>
	quota === null ? largestReserve : Math.min(largestReserve, Math.floor(quota * reservedShare));

const itemsOf = (headers: Headers, field: string): string[] => (headers.get(field) ?? "").split(",");

const nameOf = (item: string): string => item.split(";")[0]?.trim() ?? "";

const numberIn = (item: string, parameter: "q" | "r" | "t"): number | null => {
	const digits = new RegExp(`;\\s*${parameter}=(\\d{1,9})`).exec(item)?.[1];
	return digits === undefined ? null : Number(digits);
};
