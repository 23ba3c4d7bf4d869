// Refused before routing, for every caller: requests that cost too much to read, and those that expose a token.
import { exports } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { call, cloudflare, deletes, origin } from "../../harness.ts";
import { bindingsPath, cdn25, documentedCaller, prefixes, resetAll } from "../account.ts";
import { expectProblem } from "../expect-problem.ts";

afterEach(resetAll);

const tooLong = {
	status: 414,
	code: "query_too_long",
	title: "The query is too long",
	detail: "The query is longer than 4096 characters. Send a long reason in the body of POST /deletions.",
};

describe("414: a query of more than 4,096 characters", () => {
	const query = "a=1&".repeat(4096).slice(0, 16_000);

	it.each(["/bindings", "/nowhere", "/health", "/", "/webhooks/github", "/chat/slack"])(
		"is refused at %s, with and without a token",
		async (path) => {
			for (const token of [null, "unbind_sandbox"]) expectProblem(await call(`${path}?${query}`, { token }), tooLong);
		},
	);

	it("uses Cloudflare's envelope at the Cloudflare-compatible door", async () => {
		const answer = await call(`${bindingsPath(prefixes.amsterdam, cdn25)}?${query}`, { method: "DELETE" });
		expect(answer.status).toBe(414);
		expect(answer.json).toMatchObject({ success: false, errors: [{ code: 90414 }] });
		expect(await deletes()).toEqual([]);
	});

	it("starts at 4,097 characters", async () => {
		const named = (length: number) => `/bindings?covering=${"9".repeat(length - "?covering=".length)}`;
		expect((await call(named(4096))).status).not.toBe(414);
		expect((await call(named(4097))).status).toBe(414);
	});

	it("a shorter query is read only by its door, not by the router", async () => {
		const repeated = "covering=1&".repeat(370);
		const answer = await call(`/bindings?${repeated}covering=1`);
		expect(answer.json).toMatchObject({
			code: "invalid_request",
			detail: 'The parameter "covering" is given 371 times.',
		});
	});
});

it("reads a form with many names once, not once per name", async () => {
	const fields = Array.from({ length: 2700 }, (_, index) => [index.toString(36), "1"]);
	const body = new URLSearchParams(fields).toString();
	expect(body.length).toBeGreaterThan(14_000);
	expect(body.length).toBeLessThan(16_384);
	const searched = vi.spyOn(URLSearchParams.prototype, "getAll");
	const headers = { "content-type": "application/x-www-form-urlencoded", origin };
	expect((await call("/sign-in", { method: "POST", token: null, headers, body })).status).toBe(400);
	expect(searched.mock.calls.length).toBeLessThan(3);
	searched.mockRestore();
});

describe("403: a token over plain http", () => {
	const over = (url: string, headers: Record<string, string> = {}, method = "GET") =>
		exports.default.fetch(url, { method, headers, redirect: "manual" });
	const bearer = { authorization: "Bearer unbind_sandbox" };
	const key = { "x-auth-email": documentedCaller.name, "x-auth-key": documentedCaller.token };

	it.each<[string, Record<string, string>, string]>([
		["/bindings", bearer, "GET"],
		["/bindings/203.0.113.128/25", bearer, "DELETE"],
		["/nowhere", bearer, "GET"],
		["/webhooks/script", { authorization: "Bearer a-sandbox-token-of-the-script" }, "POST"],
		["/sign-in", {}, "POST"],
	])("is refused at %s, with the advice to replace it", async (path, headers, method) => {
		const response = await over(`http://unbind.example.com${path}`, headers, method);
		expect(response.status).toBe(403);
		expect(await response.json()).toMatchObject({
			code: "https_required",
			detail: "Use https. Others may have read the credential you sent over plain http: replace it.",
		});
		expect(await cloudflare.calls()).toEqual([]);
	});

	it("is refused in Cloudflare's envelope at the Cloudflare-compatible door", async () => {
		const response = await over(`http://unbind.example.com${bindingsPath(prefixes.shop)}`, key);
		expect(response.status).toBe(403);
		expect(await response.json()).toMatchObject({ success: false, errors: [{ code: 90403 }] });
	});

	it.each(["http://localhost:8787", "http://127.0.0.1:8787", "http://[::1]:8787", "http://unbind.localhost"])(
		"is accepted at %s",
		async (origin) => {
			expect((await over(`${origin}/bindings`, bearer)).status).toBe(200);
		},
	);

	it("is accepted from the machine itself under any host name, and http is fine without a token", async () => {
		const local = { ...bearer, "cf-connecting-ip": "127.0.0.1" };
		expect((await over("http://unbind.example.com/bindings", local)).status).toBe(200);
		expect((await over("http://unbind.example.com/bindings")).status).toBe(401);
		expect((await over("http://unbind.example.com/health")).status).toBe(200);
	});
});
