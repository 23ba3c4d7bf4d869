// The last step of every answer: adds the request id and the security headers.

const headersOfAll: [string, string][] = [["cache-control", "no-store"]];
/** Only with a body. A 304 has none, and pollers get one every few seconds. */
const headersOfBodies: [string, string][] = [
	["x-content-type-options", "nosniff"],
	["referrer-policy", "no-referrer"],
	["content-security-policy", "default-src 'none'; frame-ancestors 'none'"],
];

/**
 * The Worker made every answer, so its headers can still change. Only pages bring policies of their own. A HEAD gets the
 * headers of the GET and no body.
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
