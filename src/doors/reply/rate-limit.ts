// The deletion budget as headers: draft-ietf-httpapi-ratelimit-headers-10, structured fields (RFC 9651).
import type { Budget } from "../../deletion/judgement/budget.ts";

export function rateLimitHeaders(budget: Budget | undefined): { [name: string]: string } {
	if (budget === undefined) return {};
	const { limit, left, window_minutes, next_in_seconds } = budget;
	return {
		ratelimit: `"budget";r=${left}${next_in_seconds === null ? "" : `;t=${next_in_seconds}`}`,
		"ratelimit-policy": `"budget";q=${limit};w=${window_minutes * 60}`,
	};
}
