// What the pages are dressed with: one stylesheet, one script, one icon. Each has its content in its address, so that a
// browser keeps it for good and a new one is fetched at once. They are served to anybody, and tell nothing.
import type { IRequest } from "itty-router";
import simple from "simpledotcss/simple.min.css";
import { digestOf } from "../../deletion/digest.ts";
import script from "./page.client.js";
import own from "./page.css";

const icon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect width="16" height="16" rx="3" fill="#0d47a1"/><path d="M4 4v5a4 4 0 0 0 8 0V4" fill="none" stroke="#fff" stroke-width="2.4"/></svg>`;

const files = [
	{ kind: "css", type: "text/css; charset=utf-8", text: `${simple}\n${own}` },
	{ kind: "js", type: "text/javascript; charset=utf-8", text: script },
	{ kind: "svg", type: "image/svg+xml", text: icon },
] as const;
type File = (typeof files)[number];

/** By their names: made when the first page is, and not while the Worker starts. */
let named: ReadonlyMap<string, File> | null = null;
function namedFiles(): ReadonlyMap<string, File> {
	named ??= new Map(files.map((file) => [`${digestOf(file.text).slice(0, 12)}.${file.kind}`, file]));
	return named;
}

export function assetPath(kind: File["kind"]): string {
	const [name] = [...namedFiles()].find(([, file]) => file.kind === kind) ?? [];
	return `/assets/${name}`;
}

export function showAsset(request: IRequest): Response {
	const file = namedFiles().get(request.params.name ?? "");
	if (file === undefined) return new Response("There is no such file.", { status: 404 });
	const headers = { "content-type": file.type, "cache-control": "public, max-age=31536000, immutable" };
	return new Response(file.text, { headers });
}
