// Refused before anything else, for every caller: queries too long to read, and secrets sent over plain http.

import { longestQuery } from "../limits.ts";
import { type Problem, problem } from "../reply/problem.ts";

/** null if the request may go on to its door. */
export function refusedUnrouted(request: Request, url: URL): Problem | null {
	if (url.search.length > longestQuery) {
		const detail = `The query is longer than ${longestQuery} characters. Send a long reason in the body of POST /deletions.`;
		return problem("query_too_long", detail);
	}
	if (url.protocol === "http:" && bringsSecret(request, url) && !isLocal(request, url)) {
		const detail = "Use https. Others may have read the credential you sent over plain http: replace it.";
		return problem("https_required", detail);
	}
	return null;
}

const bringsSecret = ({ headers, method }: Request, { pathname }: URL): boolean =>
	["authorization", "x-auth-key", "cf-webhook-auth"].some((name) => headers.has(name)) ||
	(method === "POST" && pathname === "/sign-in");

/** The sandbox and `wrangler dev`, which may use the deployed Worker's name. */
const isLocal = ({ headers }: Request, { hostname }: URL): boolean =>
	/^(?:(?:.+\.)?localhost|127(?:\.\d+){3}|\[::1\])$/.test(hostname) ||
	/^(?:127(?:\.\d+){3}|::1)$/.test(headers.get("cf-connecting-ip") ?? "");
