// The files of public/, as the platform serves them next to the Worker.
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Sandbox, startSandbox } from "../../sandbox/sandbox.ts";

const types: Record<string, string> = {
	"/openapi.json": "application/json",
	"/problems.html": "text/html; charset=utf-8",
	"/problems.json": "application/json",
	"/.well-known/security.txt": "text/plain; charset=utf-8",
	"/assets/base.css": "text/css; charset=utf-8",
	"/assets/page.css": "text/css; charset=utf-8",
	"/assets/page.js": "text/javascript; charset=utf-8",
	"/assets/icon.svg": "image/svg+xml",
};
const paths = Object.keys(types);

let directory: string;
let sandbox: Sandbox;
beforeAll(async () => {
	directory = await mkdtemp(join(tmpdir(), "unbind-files-"));
	sandbox = await startSandbox({ dataPath: directory });
}, 60_000);
afterAll(async () => {
	await sandbox?.stop();
	await rm(directory, { recursive: true, force: true });
});

const ask = (path: string, init: RequestInit = {}) => fetch(`${sandbox.url}${path}`, { redirect: "manual", ...init });

it.each(paths)(
	"%s is served to anyone unchanged, cannot be framed, and is revalidated before each use",
	async (path) => {
		const answer = await ask(path);
		expect(answer.status).toBe(200);
		expect(await answer.text()).toBe(await readFile(`public${path}`, "utf8"));
		expect(Object.fromEntries(answer.headers)).toMatchObject({
			"cache-control": "public, max-age=0, must-revalidate",
			"content-security-policy": path.endsWith(".html")
				? "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
				: "default-src 'none'; frame-ancestors 'none'",
			"content-type": types[path],
			"referrer-policy": "no-referrer",
			"x-content-type-options": "nosniff",
		});
		expect([...answer.headers.keys()].filter((name) => /^(?:access-control-|set-cookie)/.test(name))).toEqual([]);

		const etag = answer.headers.get("etag") ?? "";
		expect((await ask(path, { headers: { "if-none-match": etag } })).status).toBe(304);
		const head = await ask(path, { method: "HEAD" });
		expect([head.status, await head.text()]).toEqual([200, ""]);
		expect((await ask(path, { method: "POST" })).status).toBe(405);
	},
);

it("a page uses these files and no others", async () => {
	const page = await (await ask("/")).text();
	const dress = [...page.matchAll(/<(?:link|script)[^>]* (?:href|src)="([^"]*)"/g)].map(([, path = ""]) => path);
	expect(dress.toSorted()).toEqual(paths.filter((path) => path.startsWith("/assets/")).toSorted());
});

it("a problem's help link leads anyone to its section", async () => {
	const trouble = await ask("/bindings");
	const { code } = (await trouble.json()) as { code: string };
	const [, path = ""] = /^<(.+)>; rel="help"$/.exec(trouble.headers.get("link") ?? "") ?? [];
	expect([code, path]).toEqual(["unauthorized", "/problems/unauthorized"]);
	const answer = await ask(path);
	expect([answer.status, answer.headers.get("location")]).toEqual([302, "/problems.html#unauthorized"]);
	expect(await (await ask("/problems.html")).text()).toContain('<section id="unauthorized">');
	expect((await ask("/problems")).headers.get("location")).toBe("/problems.html");
	for (const odd of ["/problems//evil.example", "/problems/%2F%2Fevil.example", "/problems/a/b"]) {
		const { origin } = new URL((await ask(odd)).headers.get("location") ?? "/", sandbox.url);
		expect([odd, origin]).toEqual([odd, sandbox.url]);
	}
});

it("the Worker answers for paths that are not files", async () => {
	for (const path of [
		"/_headers",
		"/_redirects",
		"/problems/a/b",
		"/assets/",
		"/assets/other.css",
		"/openapi",
		"/public/openapi.json",
	]) {
		const answer = await ask(path);
		expect([path, answer.status, answer.headers.has("x-request-id")]).toEqual([path, 401, true]);
	}
});

it("another spelling of a file's address leads only to the file", async () => {
	for (const path of ["//openapi.json", "/openapi%2Ejson", "/%2F/openapi.json", "//evil.example/../openapi.json"]) {
		const location = (await ask(path)).headers.get("location");
		expect([path, location ?? "/openapi.json"]).toEqual([path, "/openapi.json"]);
	}
});
