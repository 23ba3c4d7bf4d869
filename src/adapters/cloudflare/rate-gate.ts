// Keeps within what Cloudflare says is left: over the limit it refuses every call of the credential for five minutes,
// the dashboard's included.

export interface RateGate {
	/** How long to hold the next call back; one that spares the limit is held while little is left of it. */
	holdMs(sparing?: boolean): number;
	observe(headers: Headers): void;
	holdFor(ms: number): void;
}

/** Whatever is asked for: a gate that stays shut would keep read-backs out too. */
const longestHoldMs = 600_000;
/** Of 1,200 in five minutes: enough for sixty deletions. */
const reserve = 200;

export function createRateGate(now: () => number): RateGate {
	let heldUntilMs = 0;
	let sparedUntilMs = 0;
	const holdFor = (ms: number) => {
		heldUntilMs = Math.max(heldUntilMs, now() + Math.min(ms, longestHoldMs));
	};
	return {
		holdMs: (sparing = false) => Math.max((sparing ? Math.max(heldUntilMs, sparedUntilMs) : heldUntilMs) - now(), 0),
		holdFor,
		/** `Ratelimit: "default";r=50;t=30`: 50 calls remain in the next 30 seconds. */
		observe(headers) {
			for (const policy of (headers.get("ratelimit") ?? "").split(",")) {
				const remaining = /;\s*r=(\d{1,9})/.exec(policy)?.[1];
				const resetSeconds = /;\s*t=(\d{1,9})/.exec(policy)?.[1];
				if (remaining === undefined || resetSeconds === undefined || Number(remaining) > reserve) continue;
				const resetMs = Number(resetSeconds) * 1000;
				sparedUntilMs = Math.max(sparedUntilMs, now() + Math.min(resetMs, longestHoldMs));
				if (Number(remaining) === 0) holdFor(resetMs);
			}
		},
	};
}
