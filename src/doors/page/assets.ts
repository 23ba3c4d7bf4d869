// What the pages are dressed with: one stylesheet, one script, one icon. Each has its content in its address, so that a
// browser keeps it for good and a new one is fetched at once. They are served to anybody, and tell nothing.
import { createHash } from "node:crypto";
import type { IRequest } from "itty-router";
import simple from "simpledotcss/simple.min.css";
import script from "./page.client.js";
import own from "./page.css";

const icon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect width="16" height="16" rx="3" fill="#0d47a1"/><path d="M4 4v5a4 4 0 0 0 8 0V4" fill="none" stroke="#fff" stroke-width="2.4"/></svg>`;

const files = [
	{ kind: "css", type: "text/css; charset=utf-8", text: `${simple}\n${own}` },
	{ kind: "js", type: "text/javascript; charset=utf-8", text: script },
	{ kind: "svg", type: "image/svg+xml", text: icon },
] as const;
type Kind = (typeof files)[number]["kind"];

const nameOf = ({ kind, text }: (typeof files)[number]): string =>
	`${createHash("sha256").update(text).digest("hex").slice(0, 12)}.${kind}`;

const served = new Map(files.map((file) => [nameOf(file), file]));

const paths = new Map<Kind, string>([...served].map(([name, { kind }]) => [kind, `/assets/${name}`]));
export const assetPath = (kind: Kind): string => paths.get(kind) ?? "";

export function showAsset(request: IRequest): Response {
	const file = served.get(request.params.name ?? "");
	if (file === undefined) return new Response("There is no such file.", { status: 404 });
	const headers = { "content-type": file.type, "cache-control": "public, max-age=31536000, immutable" };
	return new Response(file.text, { headers });
}
