// The last step of every answer: it is marked with its request's id, and made safe to pass on.

const headersOfAll: [string, string][] = [["cache-control", "no-store"]];
/** What a body has around it; a 304 has none, and is asked for every few seconds. */
const headersOfBodies: [string, string][] = [
	["x-content-type-options", "nosniff"],
	["referrer-policy", "no-referrer"],
	["content-security-policy", "default-src 'none'; frame-ancestors 'none'"],
];

/**
 * Every answer was made here, so its headers are still open. A page brings its own policies; nobody else brings any. A
 * HEAD has the headers of the GET, and no body.
 */
export function finish(response: Response, requestId: string, isHead: boolean): Response {
	const { headers, status } = response;
	const due = status === 304 ? headersOfAll : [...headersOfAll, ...headersOfBodies];
	for (const [name, value] of due) if (!headers.has(name)) headers.set(name, value);
	headers.set("x-request-id", requestId);
	if (!isHead) return response;
	void response.body?.cancel();
	return new Response(null, response);
}
