// What no answer and no request may do on any route: be cached, framed or led astray, carry a header that a caller made
// up, or be read without end.
import { afterEach, describe, expect, it, vi } from "vitest";
import { router } from "../../src/routes.ts";
import { type Answer, call, deletes, HISTORY, origin } from "../harness.ts";
import { bindingsPath, cdn25, documentedCaller, prefixes, resetAll } from "./account.ts";
import { callConfigured, fetchWorker } from "./configured.ts";
import { type Shown, signedIn, visitor } from "./page/visitor.ts";
import { pastDeletion, seed } from "./seed.ts";
import { deliver, payloads } from "./webhooks/deliver.ts";

afterEach(resetAll);

const nobody = "7zzzzzzzzzzzzzzzzzzzzzzzzz";

describe("no answer", () => {
	/** One answer of each kind. */
	async function answers(): Promise<Record<string, Answer | Shown>> {
		const viewer = await signedIn();
		const record = (await call("/bindings/edge-cdn", { method: "DELETE" })).json.id;
		const etag = (await call("/deletions")).headers.get("etag") ?? "";
		const broken = vi.spyOn(HISTORY, "get").mockRejectedValue(new Error("no"));
		const internal = await call(`/deletions/${nobody}`);
		broken.mockRestore();
		return {
			internal,
			"a list": await call("/bindings"),
			"a record": await call(`/deletions/${record}`),
			"a problem": await call("/bindings/everything"),
			"not modified": await call("/deletions", { headers: { "if-none-match": etag } }),
			"a HEAD": await call("/deletions", { method: "HEAD" }),
			"a file": await call("/deletions", { headers: { accept: "text/csv" } }),
			unauthorized: await call("/bindings", { token: null }),
			nowhere: await call("/nowhere"),
			"a wrong method": await call("/bindings", { method: "PUT" }),
			"a preflight": await call("/bindings", {
				method: "OPTIONS",
				token: null,
				headers: { origin: "https://a.example" },
			}),
			health: await call("/health", { token: null }),
			"Cloudflare's": await call(bindingsPath(prefixes.shop)),
			"Cloudflare's refusal": await call(bindingsPath("x")),
			"a webhook": await deliver("script", payloads.script),
			"an unproven webhook": await call("/webhooks/script", { method: "POST", token: null, body: "{}" }),
			"an unproven chat": await call("/chat/slack", { method: "POST", token: null, body: "{}" }),
			misconfigured: await callConfigured({ TOKENS: "" }, "/bindings"),
			"a page": await viewer.get("/"),
			"a record's page": await viewer.get(`/records/${record}`),
			"the way in": await visitor().get("/account"),
			"a page's problem": await viewer.get("/records/x"),
			"a foreign form": await viewer.post("/freeze-switch", { turn: "on" }, { origin: "https://a.example" }),
			"a way out": await viewer.submit("/", "/sign-out"),
			"a page's file": await viewer.get("/export.csv"),
			"no asset": await visitor().get("/assets/x.css"),
		};
	}

	it("can be cached, framed, sniffed or read by another site, or run a foreign script", async () => {
		const { "not modified": unmodified, ...others } = await answers();
		// An unmodified answer has no body to protect.
		expect(Object.fromEntries(unmodified?.headers ?? [])).toEqual({
			"cache-control": "no-store",
			etag: expect.any(String),
			"x-request-id": expect.any(String),
		});
		for (const [what, { headers }] of Object.entries(others)) {
			const policy = new Map(
				(headers.get("content-security-policy") ?? "").split("; ").map((one) => {
					const [name = "", ...sources] = one.split(" ");
					return [name, sources.join(" ")];
				}),
			);
			expect(policy.get("default-src"), what).toBe("'none'");
			expect(policy.get("frame-ancestors"), what).toBe("'none'");
			for (const sources of policy.values()) expect(["'none'", "'self'"], what).toContain(sources);
			expect(headers.get("x-content-type-options"), what).toBe("nosniff");
			expect(headers.get("x-request-id"), what).toMatch(/^[0-9a-f-]{36}$/);
			expect(headers.get("referrer-policy"), what).toMatch(/^(?:no-referrer|same-origin)$/);
			expect(headers.get("cache-control"), what).toBe("no-store");
			expect(
				[...headers.keys()].filter((name) => name.startsWith("access-control-")),
				what,
			).toEqual([]);
			expect(headers.has("set-cookie"), what).toBe(what === "a way out");
			if (headers.get("content-type")?.startsWith("text/html"))
				expect(headers.get("strict-transport-security"), what).toBe("max-age=31536000");
		}
	});

	it("leads anywhere but to a path of unbind itself", async () => {
		await seed([pastDeletion(1), pastDeletion(2)]);
		const viewer = await signedIn();
		const options = { method: "DELETE", token: documentedCaller.token };
		const waiting = await call("/bindings/198.51.100.0/24?acknowledge=leaves_no_service", options);
		const signIn = async (to: string) => (await visitor().post("/sign-in", { token: "unbind_sandbox", to })).location;
		const led = [
			await signIn("/.//evil.example"),
			await signIn("/account"),
			(await viewer.get("//?q=evil.example&since=")).location,
			(await viewer.get("/?q=//evil.example&since=")).location,
			(await viewer.submit("/account", "/freeze-switch", { reason: "x" })).location,
			/<([^>]*)>/.exec((await call("/deletions?limit=1")).headers.get("link") ?? "")?.[1] ?? null,
			waiting.headers.get("location"),
		];
		for (const one of led) {
			expect(one).toMatch(/^\/(?!\/)/);
			expect(new URL(one ?? "", origin).origin).toBe(origin);
		}
	});

	it("has a header that a caller made up, whatever line breaks and letters are sent", async () => {
		const evil = 'ü">;\r\nset-cookie: a=b\r\nx-evil: 1\r\n\r\n<script>';
		await seed([1, 2].map((minutes) => pastDeletion(minutes, { actor: { name: evil, door: "api" } })));
		const q = encodeURIComponent(evil);
		const viewer = await signedIn();
		const listed = await call(`/deletions?limit=1&actor=${q}`);
		expect(listed.headers.get("link")).toContain("%0D%0A");
		const seen = [
			listed,
			await viewer.get(`/?q=${q}&since=`),
			await viewer.get(`/records/${q}`),
			await call(`/bindings/${q}`),
			await call(`/bindings/edge-cdn?reason=${q}`),
			await call(`/webhooks/${q}`, { method: "POST", token: null, body: evil }),
			await call(bindingsPath(q)),
			await call("/deletions", { headers: { "if-none-match": 'W/"a\u00fc", "b"', prefer: "wait=\u00fc" } }),
			await call("/bindings/edge-cdn", { method: "DELETE", headers: { "idempotency-key": '"\u00fc"' } }),
		];
		for (const { headers } of seen) {
			expect([headers.get("set-cookie"), headers.get("x-evil")]).toEqual([null, null]);
			for (const [name, value] of headers) expect(`${name}: ${value}`).toMatch(/^[\x20-\x7e]*$/);
		}
	});
});

it("no route reads an endless body to its end", async () => {
	const viewer = await signedIn();
	const json = { "content-type": "application/json" };
	const form = { "content-type": "application/x-www-form-urlencoded", origin, cookie: viewer.cookie };
	const kib = 1024;
	/** Method, path, headers, the most that is read in KiB, and the status for one byte more. */
	const routes: [string, string, Record<string, string>, number, number][] = [
		["POST", "/deletions", json, 64, 413],
		["POST", `/deletions/${nobody}/approval`, json, 64, 413],
		["POST", `/deletions/${nobody}/resolution`, json, 64, 413],
		["POST", "/restorations", json, 64, 413],
		["POST", "/notifications", json, 64, 413],
		["POST", "/notifications/a-delivery/redelivery", json, 64, 400],
		["PUT", "/freeze", json, 64, 413],
		["POST", `/deletions/${nobody}/cancellation`, json, 64, 400],
		["POST", `/deletions/${nobody}/restoration`, json, 64, 400],
		["DELETE", "/freeze", json, 64, 400],
		["DELETE", "/bindings/203.0.113.0/26", json, 64, 400],
		["DELETE", bindingsPath(prefixes.shop, cdn25), json, 64, 400],
		["POST", "/webhooks/grafana", json, 256, 413],
		["PUT", "/webhooks/nobody", json, 256, 413],
		["POST", "/chat/slack", form, 256, 413],
		["POST", "/chat/mattermost", json, 64, 401],
		...["/sign-in", "/sign-out", "/freeze-switch", "/account/203.0.113.0/26", "/account/lost/m0/restore"].map(
			(path): [string, string, Record<string, string>, number, number] => ["POST", path, form, 16, 413],
		),
		...["approve", "reject", "cancel", "restore", "resolve"].map(
			(what): [string, string, Record<string, string>, number, number] => [
				"POST",
				`/records/${nobody}/${what}`,
				form,
				16,
				413,
			],
		),
	];
	const reading = router.routes.filter(([method]) => ["POST", "PUT", "DELETE"].includes(method));
	const untested = reading.filter(
		([method, path]) => !routes.some(([tested, to]) => tested === method && path.test(to)),
	);
	expect(untested.map(([method, , , path]) => `${method} ${path}`)).toEqual([]);

	for (const [method, path, headers, capKib, status] of routes) {
		const chunk = new Uint8Array(16 * kib).fill(0x20);
		let sent = 0;
		const body = new ReadableStream<Uint8Array>({
			pull(controller) {
				// Reading to the end would take 8 MiB.
				if (sent >= 8 * kib * kib) return controller.close();
				sent += chunk.byteLength;
				controller.enqueue(chunk);
			},
		});
		const request = new Request<unknown, IncomingRequestCfProperties>(`${origin}${path}`, {
			method,
			headers: { authorization: "Bearer unbind_sandbox", ...headers },
			body,
		});
		if (path === "/chat/mattermost") request.headers.delete("authorization");
		const response = await fetchWorker(request);
		expect([response.status, sent <= (capKib + 64) * kib], `${method} ${path}: ${sent}`).toEqual([status, true]);
	}
	expect(await deletes()).toEqual([]);
});
