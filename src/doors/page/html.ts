// A rendered page as an answer, with the strictest headers that the page allows.
import { type JSX, render } from "./jsx-runtime.ts";

const headersOfPages = {
	"content-security-policy":
		"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
	// With "no-referrer", browsers would hide the origin of unbind's own forms too.
	"referrer-policy": "same-origin",
	"strict-transport-security": "max-age=31536000",
	"cross-origin-opener-policy": "same-origin",
};

const contentType = { "content-type": "text/html; charset=utf-8" };

export const html = (page: JSX.Element, status = 200, headers: { [name: string]: string } = {}): Response =>
	new Response(`<!doctype html>\n${render(page)}`, {
		status,
		headers: { ...headersOfPages, ...contentType, ...headers },
	});

/**
 * A page with one slow part: sends everything before it immediately.
 * @param slot the element that the part replaces.
 */
export function htmlInParts(
	page: JSX.Element,
	slot: JSX.Element,
	part: Promise<JSX.Element>,
	status: number,
): Response {
	const [before = "", after = ""] = render(page).split(render(slot));
	const encoder = new TextEncoder();
	const body = new ReadableStream<Uint8Array>({
		async start(controller) {
			controller.enqueue(encoder.encode(`<!doctype html>\n${before}`));
			controller.enqueue(encoder.encode(render(await part) + after));
			controller.close();
		},
	});
	return new Response(body, { status, headers: { ...headersOfPages, ...contentType, ...sentAsItComes } });
}

/** A proxy that compresses the answer could hold the first part back. */
const sentAsItComes = { "content-encoding": "identity", "cache-control": "no-store, no-transform" };

/** Weak: the same state, though perhaps not the same bytes. */
export const etagOf = (version: string): string => `W/"${version}"`;

export const notModified = (version: string | null): Response =>
	new Response(null, { status: 304, headers: { etag: etagOf(version ?? "") } });

/** Redirects after a POST, or to the canonical address. */
export const seeOther = (path: string, headers: { [name: string]: string } = {}): Response =>
	new Response(null, { status: 303, headers: { ...headersOfPages, location: path, ...headers } });
