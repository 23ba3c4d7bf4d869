// Cloudflare's limit: 1,200 calls in five minutes. Over it, every call is refused for five minutes. All calls count as
// one caller's. Always reported in headers, enforced only on demand.

const windowSeconds = 300;
const cloudflaresLimit = 1200;

export interface RateLimit {
	/** Counts a call. Returns null, or the seconds until the caller may try again. */
	count(): number | null;
	headers(): Record<string, string>;
}

export function createRateLimit(
	now: () => number,
	enforced: boolean,
	callsPerWindow: number = cloudflaresLimit,
): RateLimit {
	let resetsAt = 0;
	let calls = 0;
	const secondsLeft = () => Math.max(0, Math.ceil((resetsAt - now()) / 1000));

	return {
		count() {
			if (now() >= resetsAt) {
				resetsAt = now() + windowSeconds * 1000;
				calls = 0;
			}
			calls += 1;
			if (!enforced || calls <= callsPerWindow) return null;
			if (calls === callsPerWindow + 1) resetsAt = now() + windowSeconds * 1000;
			return secondsLeft();
		},
		headers() {
			const remaining = Math.max(0, callsPerWindow - calls);
			return {
				Ratelimit: `"default";r=${remaining};t=${secondsLeft()}`,
				"Ratelimit-Policy": `"default";q=${callsPerWindow};w=${windowSeconds}`,
			};
		},
	};
}
