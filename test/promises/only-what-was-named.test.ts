// Promise 1. Only what was named: one request names one binding in full, and nothing else is ever deleted.
import { reset } from "cloudflare:test";
import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { call, cloudflare, deletes } from "../harness.ts";

afterEach(async () => {
	await cloudflare.reset();
	await reset();
});

const upstreamPath =
	/^\/client\/v4\/accounts\/258def64c72dae45f3e4c8516e2111f2\/addressing\/prefixes(?:\/(?:[0-9a-f]{32}|[0-9a-f-]{36})\/bindings(?:\/(?:[0-9a-f]{32}|[0-9a-f-]{36}))?)?$/;

const hostile = [
	"..",
	"../..",
	"%2e%2e",
	"%252e%252e",
	"..%2f..",
	".",
	"",
	"/",
	"//",
	"*",
	"%00",
	"c01d0000000000000000000000000003/..",
	"c01d0000000000000000000000000003%2f..",
	"c01d0000000000000000000000000003%20",
	"C01D0000000000000000000000000003",
	"c01d000000000000000000000000000３",
	"203.0.113.128",
	"203.0.113.129/25",
	"203.0.113.128/２５",
	"203.0.113.128/025",
	"203.0.113.*",
	"0.0.0.0/0",
	"::/0",
	"all",
	"undefined",
	"null",
	"a".repeat(10_240),
];

describe("only what was named", () => {
	it.each(hostile)("deletes nothing for %j", async (name) => {
		const before = await cloudflare.state();
		for (const answer of [
			await call(`/bindings/${name}`, { method: "DELETE" }),
			await call("/deletions", { method: "POST", json: { target: name } }),
			await call(
				`/client/v4/accounts/258def64c72dae45f3e4c8516e2111f2/addressing/prefixes/2af39739cc4e3b5910c918468bb89828/bindings/${name}`,
				{ method: "DELETE" },
			),
			await call(
				`/client/v4/accounts/258def64c72dae45f3e4c8516e2111f2/addressing/prefixes/${name}/bindings/c01d0000000000000000000000000003`,
				{ method: "DELETE" },
			),
		]) {
			expect(answer.status).toBeGreaterThanOrEqual(400);
			expect(answer.status).toBeLessThan(500);
		}
		expect(await cloudflare.state()).toEqual(before);
		expect(await deletes()).toEqual([]);
	});

	it("builds upstream paths only from ids, whatever a caller sends", async () => {
		const piece = fc.oneof(
			fc.constantFrom(...hostile.filter((name) => name.length < 100)),
			fc.string({ maxLength: 40 }),
			fc.string({ unit: "binary", maxLength: 20 }).map((text) => encodeURIComponent(text.toWellFormed())),
			fc.constantFrom(
				"203.0.113.128/25",
				"2001:db8:100::/48",
				"c01d0000000000000000000000000001",
				"c01d0000-0000-4000-8000-000000000007",
			),
		);
		await fc.assert(
			fc.asyncProperty(piece, piece, async (one, other) => {
				const answers = await Promise.all([
					call(`/bindings/${encodeURI(one)}`, { method: "GET" }),
					call("/deletions", { method: "POST", json: { target: one, dry_run: true } }),
					call(
						`/client/v4/accounts/258def64c72dae45f3e4c8516e2111f2/addressing/prefixes/${encodeURI(one)}/bindings/${encodeURI(other)}`,
						{ method: "DELETE" },
					),
				]);
				for (const { status } of answers) expect(status).toBeLessThan(500);
			}),
			{ numRuns: 300, seed: 20260220 },
		);
		for (const { path } of await cloudflare.log()) expect(path).toMatch(upstreamPath);
	});

	it.each([
		"reason=",
		"acknowledge=",
		"filter=pending_delete",
		"pending_delete",
		"prefix=2af39739cc4e3b5910c918468bb89828",
		"reason=a&reason=b",
	])("refuses an empty or unknown parameter: ?%s", async (query) => {
		const { status, json } = await call(`/bindings/203.0.113.128/25?${query}`, { method: "DELETE" });
		expect(status).toBe(400);
		expect(json.code).toBe("invalid_request");
		expect(await cloudflare.log()).toEqual([]);
	});

	it("deletes one binding per request, and leaves its neighbours alone", async () => {
		const cidrs = async () =>
			(await cloudflare.state()).prefixes.flatMap(({ bindings }) => bindings.map(({ cidr }) => cidr));
		const before = await cidrs();
		expect((await call("/bindings/203.0.113.0%2F26", { method: "DELETE" })).status).toBe(200);
		expect(await cidrs()).toEqual(before.filter((cidr) => cidr !== "203.0.113.0/26"));
	});

	it("names the bindings in a range that is not a binding", async () => {
		const { status, json } = await call("/bindings/203.0.113.0/25", { method: "DELETE" });
		expect(status).toBe(422);
		expect(json).toMatchObject({ code: "invalid_target", bindings: ["203.0.113.0/26", "203.0.113.64/26"] });
		expect(await deletes()).toEqual([]);
	});
});
