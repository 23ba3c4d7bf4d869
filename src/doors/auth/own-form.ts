// Whether a POST comes from a form of unbind's own, and not from another site that uses a visitor's cookie.

/**
 * Browsers say where a request comes from; each of the last years sends one of the two at least. One that sends neither
 * is none that is served. A page's own Referrer-Policy has to let the origin through.
 */
export function isFromOwnOrigin(request: Request): boolean {
	const origin = request.headers.get("origin");
	const site = request.headers.get("sec-fetch-site");
	if (origin === null && site === null) return false;
	return (origin === null || origin === new URL(request.url).origin) && (site === null || site === "same-origin");
}
