// Cloudflare's limit: 1,200 calls in five minutes; over it, every call is refused for five minutes.
// It counts the imitation's calls as one caller's. Reported in headers always, enforced on demand.

const windowSeconds = 300;
const cloudflaresLimit = 1200;

export interface RateLimit {
	/** Counts a call; null, or the seconds after which the caller may come again. */
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
