// Whether a POST comes from unbind's own form, not from another site that uses the visitor's cookie.

/**
 * Current browsers send at least one of these two headers; a request with neither is refused. The page's Referrer-Policy
 * must let the origin through.
 */
export function isFromOwnOrigin(request: Request): boolean {
	const origin = request.headers.get("origin");
	const site = request.headers.get("sec-fetch-site");
	if (origin === null && site === null) return false;
	return (origin === null || origin === new URL(request.url).origin) && (site === null || site === "same-origin");
}
