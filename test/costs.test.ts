// The cost of each operation in calls to Cloudflare, KV operations and calls to the Ledger, counted, not estimated.

import { reset } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { call, cloudflare, HISTORY } from "./harness.ts";

const methods = ["get", "list", "put", "delete", "getWithMetadata"] as const;
let ledgerCalls = 0;

beforeEach(async () => {
	// A new Ledger lists KV once and never again.
	await call("/freeze");
	for (const method of methods) vi.spyOn(HISTORY, method);
	const getByName = env.LEDGER.getByName.bind(env.LEDGER);
	ledgerCalls = 0;
	vi.spyOn(env.LEDGER, "getByName").mockImplementation((name) => {
		const stub = getByName(name);
		return new Proxy(stub, {
			get(_, method) {
				ledgerCalls++;
				const member: unknown = Reflect.get(stub, method);
				return typeof member === "function" ? (...values: unknown[]) => Reflect.apply(member, stub, values) : member;
			},
		});
	});
});
afterEach(async () => {
	vi.restoreAllMocks();
	await cloudflare.reset();
	await reset();
});

/** What one request costs: calls to Cloudflare by method, KV operations by name, and the number of Ledger calls. */
async function costOf(request: () => Promise<{ status: number }>, puts = 0) {
	await cloudflare.forgetLog();
	for (const method of methods) vi.mocked(HISTORY[method]).mockClear();
	ledgerCalls = 0;
	const { status } = await request();
	await vi.waitFor(() => expect(vi.mocked(HISTORY.put).mock.calls.length).toBe(puts));
	const upstream = (await cloudflare.log()).map(({ method }) => method);
	const kv = methods.flatMap((method) => vi.mocked(HISTORY[method]).mock.calls.map(() => method));
	return { status, upstream, kv, ledger: ledgerCalls };
}

const remove = (cidr: string) => () => call(`/bindings/${cidr}`, { method: "DELETE" });

it("a deletion costs three KV writes and two calls to Cloudflare, three if the prefix is unknown", async () => {
	const put = ["put", "put", "put"];
	expect(await costOf(remove("203.0.113.128/25"), 3)).toEqual({
		status: 200,
		upstream: ["GET", "GET", "DELETE"],
		kv: put,
		ledger: 1,
	});
	expect(await costOf(remove("203.0.113.0/26"), 3)).toEqual({
		status: 200,
		upstream: ["GET", "DELETE"],
		kv: put,
		ledger: 1,
	});
});

it("a deletion through the Cloudflare-compatible API costs two calls, because it names the prefix", async () => {
	const path =
		"/client/v4/accounts/258def64c72dae45f3e4c8516e2111f2/addressing/prefixes/2af39739cc4e3b5910c918468bb89828/bindings/0429b49b6a5155297b78e75a44b09e14";
	const cost = await costOf(() => call(path, { method: "DELETE" }), 3);
	expect(cost).toEqual({ status: 200, upstream: ["GET", "DELETE"], kv: ["put", "put", "put"], ledger: 1 });
});

it("a restoration costs two reads, one creation and three KV writes", async () => {
	const { json } = await call("/bindings/203.0.113.128/25", { method: "DELETE" });
	await vi.waitFor(() => expect(vi.mocked(HISTORY.put).mock.calls.length).toBe(3));
	const cost = await costOf(() => call(`/deletions/${json.id}/restoration`, { method: "POST" }), 3);
	expect(cost).toEqual({ status: 200, upstream: ["GET", "GET", "POST"], kv: ["put", "put", "put"], ledger: 1 });
});

it("a plan costs only its look-up", async () => {
	const plan = () => call("/bindings/203.0.113.128/25");
	expect(await costOf(plan)).toEqual({ status: 200, upstream: ["GET", "GET"], kv: [], ledger: 1 });
	expect(await costOf(plan)).toEqual({ status: 200, upstream: ["GET"], kv: [], ledger: 1 });
});

it("a list of live bindings costs one call for the prefixes and one for each prefix", async () => {
	expect(await costOf(() => call("/bindings"))).toEqual({
		status: 200,
		upstream: ["GET", "GET", "GET", "GET"],
		kv: [],
		ledger: 1,
	});
	const covering = () => call("/bindings?covering=203.0.113.7");
	expect(await costOf(covering)).toEqual({ status: 200, upstream: ["GET", "GET"], kv: [], ledger: 1 });
});

it("a history page costs one KV list, or two by an id, and a poll without news costs no KV operation", async () => {
	await call("/bindings/203.0.113.128/25", { method: "DELETE" });
	await vi.waitFor(() => expect(vi.mocked(HISTORY.put).mock.calls.length).toBe(3));
	// An id may have been stored dashed or plain.
	for (const [query, ...lists] of [
		["", "list"],
		["?binding=c01d0000000000000000000000000003", "list", "list"],
		["?prefix=2af39739cc4e3b5910c918468bb89828", "list", "list"],
		["?since=2026-01-01", "list"],
	]) {
		expect(await costOf(() => call(`/deletions${query}`)), query).toEqual({
			status: 200,
			upstream: [],
			kv: lists,
			ledger: 1,
		});
	}
	const etag = (await call("/deletions")).headers.get("etag") ?? "";
	const poll = () => call("/deletions", { headers: { "if-none-match": etag } });
	expect(await costOf(poll)).toEqual({ status: 304, upstream: [], kv: [], ledger: 1 });
});

it("the page's newest list costs one KV list and one Ledger call, and only the call if nothing is new", async () => {
	const origin = "https://unbind.example.com";
	const body = new URLSearchParams({ token: "unbind_sandbox" });
	const { headers } = await call("/sign-in", { method: "POST", token: null, headers: { origin }, body });
	const cookie = headers.get("set-cookie")?.split(";")[0] ?? "";
	const page = (etag = "") => call("/", { token: null, headers: { cookie, "if-none-match": etag } });
	expect(await costOf(page)).toEqual({ status: 200, upstream: [], kv: ["list"], ledger: 1 });
	const etag = (await page()).headers.get("etag") ?? "";
	expect(await costOf(() => page(etag))).toEqual({ status: 304, upstream: [], kv: [], ledger: 1 });
});

it("a settled record costs one KV read and one Ledger call", async () => {
	const { json } = await call("/bindings/203.0.113.128/25", { method: "DELETE" });
	await vi.waitFor(() => expect(vi.mocked(HISTORY.put).mock.calls.length).toBe(3));
	expect(await costOf(() => call(`/deletions/${json.id}`))).toEqual({
		status: 200,
		upstream: [],
		kv: ["get"],
		ledger: 1,
	});
});

it("a request that is refused at the door costs nothing", async () => {
	for (const request of [
		() => call("/bindings", { token: "wrong" }),
		() => call("/bindings/203.0.113.7", { method: "DELETE" }),
		() => call("/bindings/203.0.113.128/25?filter=x", { method: "DELETE" }),
		() => call("/deletions", { method: "POST", json: {} }),
	]) {
		expect(await costOf(request)).toMatchObject({ upstream: [], kv: [], ledger: 0 });
	}
});
