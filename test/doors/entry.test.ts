// Checks before anything is done: the caller, the path and the method.
import { afterEach, describe, expect, it } from "vitest";
import { router } from "../../src/routes.ts";
import { call, cloudflare } from "../harness.ts";
import {
	bindingsPath,
	cdn25,
	countingInAMinute,
	documentedCaller,
	newAddress,
	prefixes,
	prefixesPath,
	resetAll,
} from "./account.ts";
import { expectProblem } from "./expect-problem.ts";

afterEach(resetAll);

const paths = [
	"/bindings",
	"/bindings/203.0.113.128/25",
	"/deletions",
	"/deletions/7zzzzzzzzzzzzzzzzzzzzzzzzz",
	"/nowhere",
];

describe("a caller without a valid token", () => {
	const unauthorized = { status: 401, code: "unauthorized", title: "Authentication is required" };

	it.each(paths)("gets 401 without a token: %s", async (path) => {
		for (const method of ["GET", "HEAD", "POST", "PUT", "DELETE"]) {
			const answer = await call(path, { method, token: null });
			const challenge = { "www-authenticate": 'Bearer realm="unbind"' };
			if (method === "HEAD") expect([answer.status, answer.text]).toEqual([401, ""]);
			else {
				const detail = "No token was sent. Send Authorization: Bearer <token>.";
				expectProblem(answer, { ...unauthorized, detail }, challenge);
			}
		}
		expect(await cloudflare.calls()).toEqual([]);
	});

	it.each(paths)("gets 401 with a wrong token: %s", async (path) => {
		const detail = "unbind does not know this token. Send Authorization: Bearer <token>.";
		const challenge = { "www-authenticate": 'Bearer realm="unbind", error="invalid_token"' };
		const headers = { "cf-connecting-ip": "192.0.2.1" };
		expectProblem(await call(path, { token: "unbind_sandboX", headers }), { ...unauthorized, detail }, challenge);
		expect(await cloudflare.calls()).toEqual([]);
	});

	it.each([
		["Basic dW5iaW5kX3NhbmRib3g6"],
		["unbind_sandbox"],
		["Bearer"],
		["Bearer a b"],
		[`Bearer ${"t".repeat(513)}`],
	])("gets 401 with a header that is not a bearer token: %s", async (authorization) => {
		const answer = await call("/bindings", { token: null, headers: { authorization } });
		const detail = "No token was sent. Send Authorization: Bearer <token>.";
		expectProblem(answer, { ...unauthorized, detail }, { "www-authenticate": 'Bearer realm="unbind"' });
	});

	it.each([["bearer unbind_sandbox"], ["BEARER  unbind_sandbox"]])("not with %j", async (authorization) => {
		expect((await call("/deletions", { token: null, headers: { authorization } })).status).toBe(200);
	});

	it("gets 401 with Cloudflare's e-mail and key, except at Cloudflare's API", async () => {
		const headers = { "x-auth-email": documentedCaller.name, "x-auth-key": documentedCaller.token };
		expect((await call("/deletions", { token: null, headers })).status).toBe(401);
		expect((await call(bindingsPath(prefixes.shop), { token: null, headers })).status).toBe(200);
		const cased = { ...headers, "x-auth-email": documentedCaller.name.toUpperCase() };
		expect((await call(bindingsPath(prefixes.shop), { token: null, headers: cased })).status).toBe(200);
	});
});

describe("429 rate_limited", () => {
	const wrong = (address: string, path = "/bindings") =>
		call(path, { token: "guess", headers: { "cf-connecting-ip": address } });

	it("answers the 21st wrong token from an address, and nobody else", countingInAMinute, async () => {
		const address = newAddress();
		for (let guess = 1; guess <= 20; guess++) expect((await wrong(address)).status).toBe(401);
		expectProblem(
			await wrong(address),
			{
				status: 429,
				code: "rate_limited",
				title: "Too many attempts",
				detail: "This address sent too many wrong credentials. Try again in a minute.",
			},
			{ "retry-after": "60" },
		);
		const right = { headers: { "cf-connecting-ip": address } };
		expect((await call("/deletions", right)).status).toBe(200);
		expect((await call("/deletions", { ...right, token: null })).status).toBe(401);
		expect((await wrong(newAddress())).status).toBe(401);
	});

	it("counts the addresses of one IPv6 network as one", countingInAMinute, async () => {
		const site = Math.floor(Math.random() * 0xffff).toString(16);
		const inNetwork = (host: number) => wrong(`2001:db9:${site}:1::${host.toString(16)}`);
		for (let guess = 1; guess <= 20; guess++) expect((await inNetwork(guess)).status).toBe(401);
		expect((await inNetwork(21)).status).toBe(429);
		expect((await wrong("2001:dba:0:2::1")).status).toBe(401);
	});

	it("counts the networks of one IPv6 site as one, since a site has 65,536 of them", countingInAMinute, async () => {
		const site = Math.floor(Math.random() * 0xffff).toString(16);
		const inSite = (network: number) => wrong(`2001:db8:${site}:${network.toString(16)}::1`);
		for (let guess = 1; guess <= 20; guess++) expect((await inSite(guess)).status).toBe(401);
		expect((await inSite(21)).status).toBe(429);
	});

	it("counts guesses at unknown paths and at Cloudflare's keys too", countingInAMinute, async () => {
		const address = newAddress();
		for (let guess = 1; guess <= 10; guess++) expect((await wrong(address, "/nowhere")).status).toBe(401);
		const headers = { "cf-connecting-ip": address, "x-auth-email": documentedCaller.name, "x-auth-key": "guess" };
		for (let guess = 1; guess <= 10; guess++)
			expect((await call(bindingsPath(prefixes.shop), { token: null, headers })).status).toBe(401);
		expect((await wrong(address)).status).toBe(429);
	});
});

describe("an unknown path or id", () => {
	it.each([
		["/nowhere"],
		["/Bindings"],
		["/deletions/7zzzzzzzzzzzzzzzzzzzzzzzzz/nowhere"],
		["//bindings"],
		["/bindings/..%2f..%2fhealth/../../x"],
		["/client/v4"],
	])("gets 404 not_found at %s", async (path) => {
		const detail = "Nothing is served at this path. /openapi.json lists the paths.";
		const problem = { status: 404, code: "not_found", title: "Not found", detail };
		for (const method of ["GET", "DELETE", "POST"]) expectProblem(await call(path, { method }), problem);
	});

	it.each([
		["7zzzzzzzzzzzzzzzzzzzzzzzzz"],
		["x"],
		["7ZZZZZZZZZZZZZZZZZZZZZZZZZ"],
		["8".repeat(26)],
		["%2e%2e%2f"],
		[cdn25],
	])("gets 404 deletion_not_found: %s", async (id) => {
		expectProblem(await call(`/deletions/${id}`), {
			status: 404,
			code: "deletion_not_found",
			title: "Deletion not found",
			detail: "There is no deletion with this id.",
		});
	});
});

describe("405", () => {
	const routes: [string, string][] = [
		["/health", "GET, HEAD, OPTIONS"],
		["/bindings", "GET, HEAD, OPTIONS"],
		["/bindings/203.0.113.128/25", "DELETE, GET, HEAD, OPTIONS"],
		["/bindings/changes", "DELETE, GET, HEAD, OPTIONS"],
		["/deletions", "GET, HEAD, OPTIONS, POST"],
		["/deletions/7zzzzzzzzzzzzzzzzzzzzzzzzz", "GET, HEAD, OPTIONS"],
		["/deletions/7zzzzzzzzzzzzzzzzzzzzzzzzz/approval", "OPTIONS, POST"],
		["/deletions/7zzzzzzzzzzzzzzzzzzzzzzzzz/cancellation", "OPTIONS, POST"],
		["/deletions/7zzzzzzzzzzzzzzzzzzzzzzzzz/restoration", "OPTIONS, POST"],
		["/deletions/7zzzzzzzzzzzzzzzzzzzzzzzzz/resolution", "OPTIONS, POST"],
		["/restorations", "OPTIONS, POST"],
		["/restorations/7zzzzzzzzzzzzzzzzzzzzzzzzz", "GET, HEAD, OPTIONS"],
		["/mass-deletions", "GET, HEAD, OPTIONS"],
		["/mass-deletions/m0", "GET, HEAD, OPTIONS"],
		["/notifications", "GET, HEAD, OPTIONS, POST"],
		["/notifications/a-delivery/redelivery", "OPTIONS, POST"],
		["/status", "GET, HEAD, OPTIONS"],
		["/freeze", "DELETE, GET, HEAD, OPTIONS, PUT"],
		["/webhooks/grafana", "OPTIONS, POST, PUT"],
		["/chat/slack", "OPTIONS, POST"],
		["/", "GET, HEAD, OPTIONS"],
		["/export.csv", "GET, HEAD, OPTIONS"],
		["/export.ndjson", "GET, HEAD, OPTIONS"],
		["/records/7zzzzzzzzzzzzzzzzzzzzzzzzz", "GET, HEAD, OPTIONS"],
		["/records/7zzzzzzzzzzzzzzzzzzzzzzzzz/approve", "OPTIONS, POST"],
		["/records/7zzzzzzzzzzzzzzzzzzzzzzzzz/reject", "OPTIONS, POST"],
		["/records/7zzzzzzzzzzzzzzzzzzzzzzzzz/cancel", "OPTIONS, POST"],
		["/records/7zzzzzzzzzzzzzzzzzzzzzzzzz/restore", "OPTIONS, POST"],
		["/records/7zzzzzzzzzzzzzzzzzzzzzzzzz/resolve", "OPTIONS, POST"],
		["/account", "GET, HEAD, OPTIONS"],
		["/account/203.0.113.128/25", "GET, HEAD, OPTIONS, POST"],
		["/account/changes", "GET, HEAD, OPTIONS, POST"],
		["/account/lost/m0", "GET, HEAD, OPTIONS, POST"],
		["/account/lost/m0/restore", "GET, HEAD, OPTIONS, POST"],
		["/account/restorations/7zzzzzzzzzzzzzzzzzzzzzzzzz", "GET, HEAD, OPTIONS, POST"],
		["/account/notifications", "GET, HEAD, OPTIONS, POST"],
		["/freeze-switch", "OPTIONS, POST"],
		["/sign-in", "OPTIONS, POST"],
		["/sign-out", "OPTIONS, POST"],
		[prefixesPath, "GET, HEAD, OPTIONS"],
		[`${prefixesPath}/${prefixes.shop}`, "GET, HEAD, OPTIONS"],
		[bindingsPath(prefixes.shop), "GET, HEAD, OPTIONS"],
		[bindingsPath(prefixes.shop, cdn25), "DELETE, GET, HEAD, OPTIONS"],
	];
	const methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
	const withBody = ["POST", "PUT", "PATCH"];

	it("is tested for every route", () => {
		const untested = router.routes.filter(
			([method, path]) => method !== "ALL" && !routes.some(([tested]) => path.test(tested)),
		);
		expect(untested).toEqual([]);
	});

	it.each(routes)("%s allows %s", async (path, allow) => {
		for (const method of methods.filter((one) => !allow.split(", ").includes(one))) {
			const answer = await call(path, { method, ...(withBody.includes(method) ? { json: {} } : {}) });
			expect(answer.status).toBe(405);
			expect(answer.headers.get("allow")).toBe(allow);
			if (method === "HEAD") continue;
			const detail = `This path allows ${allow}.`;
			if (path.startsWith("/client/")) {
				const message = `method_not_allowed: ${detail} (request ${answer.headers.get("x-request-id")})`;
				expect(answer.json).toEqual({ success: false, errors: [{ code: 90405, message }], messages: [], result: null });
			} else {
				const problem = { status: 405, code: "method_not_allowed", title: "Method not allowed", detail };
				expectProblem(answer, problem, { allow });
			}
		}
		expect(await cloudflare.calls()).toEqual([]);
	});

	it.each(routes)(
		"answers OPTIONS on %s with 204 and the same methods, to authenticated callers only",
		async (path, allow) => {
			const answer = await call(path, { method: "OPTIONS", headers: { origin: "https://a.example" } });
			expect([answer.status, answer.text, answer.headers.get("allow")]).toEqual([204, "", allow]);
			expect([...answer.headers.keys()].filter((name) => name.startsWith("access-control-"))).toEqual([]);
			const stranger = await call(path, { method: "OPTIONS", token: null });
			expect([stranger.status, stranger.headers.get("allow")]).toEqual([401, null]);
			expect(await cloudflare.calls()).toEqual([]);
		},
	);
});

it("answers 404 to OPTIONS on an unknown path", async () => {
	expect((await call("/nowhere", { method: "OPTIONS" })).status).toBe(404);
});

it("gives every answer a request id and headers against caching, framing and sniffing", async () => {
	const answers = await Promise.all([
		call("/health", { token: null }),
		call("/bindings"),
		call("/deletions", { headers: { accept: "text/csv" } }),
		call("/nowhere"),
		call("/bindings", { token: null }),
		call(bindingsPath(prefixes.shop)),
		call(bindingsPath(prefixes.shop), { token: null }),
	]);
	for (const { headers } of answers) {
		expect(headers.get("cache-control")).toBe("no-store");
		expect(headers.get("x-content-type-options")).toBe("nosniff");
		expect(headers.get("referrer-policy")).toBe("no-referrer");
		expect(headers.get("content-security-policy")).toBe("default-src 'none'; frame-ancestors 'none'");
	}
	expect(new Set(answers.map(({ headers }) => headers.get("x-request-id"))).size).toBe(answers.length);
});

describe("/health", () => {
	it('answers anyone {"ok":true} and nothing else', async () => {
		const answer = await call("/health", { token: null });
		expect([answer.status, answer.json]).toEqual([200, { ok: true }]);
		expect(await cloudflare.calls()).toEqual([]);
	});

	it(
		"is 429 for the 51st probe of an address within ten seconds, and for that address alone",
		countingInAMinute,
		async () => {
			const probe = (address: string) => call("/health", { token: null, headers: { "cf-connecting-ip": address } });
			const [busy, other] = [newAddress(), newAddress()];
			for (let count = 0; count < 50; count++) await probe(busy);
			expectProblem(
				await probe(busy),
				{
					status: 429,
					code: "rate_limited",
					title: "Too many attempts",
					detail: "This address sent too many probes. Try again in 10 seconds.",
				},
				{ "retry-after": "10" },
			);
			expect((await probe(other)).status).toBe(200);
		},
	);

	it("answers HEAD with the status alone", async () => {
		const answer = await call("/health", { method: "HEAD", token: null });
		expect([answer.status, answer.text]).toEqual([200, ""]);
	});
});
