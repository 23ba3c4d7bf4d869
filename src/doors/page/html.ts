// A rendered page as an answer: its headers are as strict as the page needs them, and no stricter.
import { type JSX, render } from "./jsx-runtime.ts";

const headersOfPages = {
	"content-security-policy":
		"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
	// With "no-referrer" a browser would hide the origin of unbind's own forms too.
	"referrer-policy": "same-origin",
	"strict-transport-security": "max-age=31536000",
	"cross-origin-opener-policy": "same-origin",
};

export const html = (page: JSX.Element, status = 200, headers: { [name: string]: string } = {}): Response =>
	new Response(`<!doctype html>\n${render(page)}`, {
		status,
		headers: { ...headersOfPages, "content-type": "text/html; charset=utf-8", ...headers },
	});

/** After a POST, or to the address that a page is at home at. */
export const seeOther = (path: string, headers: { [name: string]: string } = {}): Response =>
	new Response(null, { status: 303, headers: { ...headersOfPages, location: path, ...headers } });
