// GET /bindings/{target} and dry_run: what a deletion would do. A plan changes nothing and leaves no record.
import { afterEach, describe, expect, it } from "vitest";
import { guardNames } from "../../../src/deletion/record/verdict.ts";
import { call, cloudflare, deletes, HISTORY } from "../../harness.ts";
import {
	accountId,
	approver,
	cdn25,
	cdn26,
	magicTransit24,
	prefixes,
	resetAll,
	services,
	spectrum26,
	v6Cdn48,
	v6Regional64,
	v6Spectrum64,
} from "../account.ts";
import { callConfigured, sha256 } from "../configured.ts";

afterEach(resetAll);

const passes = guardNames.map((guard) => ({ guard, verdict: "pass" }));
const passesBut = (guard: string, verdict: object) =>
	passes.map((one) => (one.guard === guard ? { guard, ...verdict } : one));

it("shows the binding, the effect, every guard's verdict, and what would be done", async () => {
	const answer = await call("/bindings/203.0.113.128/25");
	expect(answer.status).toBe(200);
	expect(answer.headers.get("content-type")).toBe("application/json");
	expect(answer.json).toEqual({
		binding: {
			account_id: accountId,
			prefix_id: prefixes.amsterdam,
			id: cdn25,
			cidr: "203.0.113.128/25",
			service_id: services.CDN,
			service_name: "CDN",
			provisioning: { state: "active" },
		},
		effect: {
			falls_back_to: { cidr: "203.0.113.0/24", service_name: "Magic Transit", id: magicTransit24 },
			unaffected: [],
			without_service: { cidrs: [], total: 0 },
			settles_within_hours: 6,
			beside: [
				{ cidr: "203.0.113.0/26", service_name: "CDN", id: cdn26 },
				{ cidr: "203.0.113.64/26", service_name: "Spectrum", id: spectrum26 },
			],
			advertised: null,
		},
		guards: passes,
		would: "delete",
		acknowledge: [],
		budget: { limit: 5, left: 5, window_minutes: 60 },
	});
});

describe("the deletion budget", () => {
	const headersOf = ({ headers }: { headers: Headers }) => [headers.get("ratelimit"), headers.get("ratelimit-policy")];
	const policy = '"budget";q=5;w=3600';
	const left = (count: number) => [
		expect.stringMatching(new RegExp(`^"budget";r=${count};t=3(?:600|5\\d\\d)$`)),
		policy,
	];
	const remove = (target: string) => call(`/bindings/${target}`, { method: "DELETE" });

	it("is whole while nothing was deleted, and has no time then", async () => {
		expect(headersOf(await call("/bindings/203.0.113.0/26"))).toEqual(['"budget";r=5', policy]);
	});

	it("goes down with each deletion, and is in the answers to it and in the plans after it", async () => {
		expect(headersOf(await remove("203.0.113.0/26"))).toEqual(left(4));
		const plan = await call("/bindings/203.0.113.128/25");
		expect(headersOf(plan)).toEqual(left(4));
		expect(plan.json.budget).toEqual({ limit: 5, left: 4, window_minutes: 60 });
		const dry = await call("/deletions", { method: "POST", json: { target: "203.0.113.128/25", dry_run: true } });
		expect([headersOf(dry), dry.json.budget.left]).toEqual([left(4), 4]);
	});

	it("is not used up by what is refused or waits", async () => {
		const refused = await remove("2001:db8:100:1::/64");
		expect([refused.status, headersOf(refused)]).toEqual([403, ['"budget";r=5', policy]]);
		const waits = await remove("198.51.100.0/24?acknowledge=leaves_no_service");
		expect([waits.status, headersOf(waits)]).toEqual([202, ['"budget";r=5', policy]]);
	});

	it("is not shown to callers who may not delete", async () => {
		expect(headersOf(await call("/bindings/203.0.113.0/26", { method: "DELETE", ...approver }))).toEqual([null, null]);
	});
});

it("lists the more specific bindings that keep their traffic", async () => {
	const { json } = await call("/bindings/203.0.113.0/24");
	expect(json.effect).toEqual({
		falls_back_to: null,
		unaffected: [
			{ cidr: "203.0.113.0/26", service_name: "CDN", id: cdn26 },
			{ cidr: "203.0.113.64/26", service_name: "Spectrum", id: spectrum26 },
			{ cidr: "203.0.113.128/25", service_name: "CDN", id: cdn25 },
		],
		without_service: { cidrs: [], total: 0 },
		settles_within_hours: 6,
		beside: [],
		advertised: null,
	});
});

describe("risks", () => {
	it("names the risks to acknowledge, with their evidence", async () => {
		const { json } = await call("/bindings/2001:db8:100:1::/64");
		const evidence = { verdict: "acknowledge", provisioning_state: "provisioning" };
		expect(json.guards).toEqual(passesBut("still_provisioning", evidence));
		expect(json).toMatchObject({ would: "delete", acknowledge: ["still_provisioning"] });
	});

	it("lists the addresses that would have no service", async () => {
		const { json } = await call("/bindings/2001:db8:100::/48");
		expect(json.acknowledge).toEqual(["leaves_no_service"]);
		expect(json.effect.without_service).toEqual({
			cidrs: expect.arrayContaining(["2001:db8:100::/64", "2001:db8:100:3::/64", "2001:db8:100:8000::/49"]),
			total: json.effect.without_service.cidrs.length,
		});
		const { cidrs } = json.effect.without_service;
		expect(json.guards).toEqual(passesBut("leaves_no_service", { verdict: "acknowledge", cidrs }));
	});

	it("counts a risk that the caller names as acknowledged", async () => {
		const { json } = await call("/bindings/2001:db8:100:1::/64?acknowledge=still_provisioning");
		const evidence = { verdict: "acknowledge", provisioning_state: "provisioning", acknowledged: true };
		expect(json.guards).toEqual(passesBut("still_provisioning", evidence));
		expect(json.would).toBe("delete");
	});

	it("says what would be refused, whatever is acknowledged", async () => {
		const { json } = await call(`/bindings/${v6Regional64}?acknowledge=not_restorable`);
		expect(json.guards).toEqual(passesBut("not_restorable", { verdict: "refuse", missing: "service_id" }));
		expect(json).toMatchObject({ would: "refuse", acknowledge: [] });
	});

	it("respects the caller's ranges", async () => {
		const TOKENS = JSON.stringify({ edge: { sha256: sha256("t"), scopes: ["read"], ranges: ["198.51.100.0/24"] } });
		const headers = { authorization: "Bearer t" };
		const { json } = await callConfigured({ TOKENS }, "/bindings/203.0.113.128/25", { headers });
		const evidence = { verdict: "refuse", cidr: "203.0.113.128/25", ranges: ["198.51.100.0/24"] };
		expect(json.guards).toEqual(passesBut("out_of_range", evidence));
		expect(json.would).toBe("refuse");
	});
});

describe("the ETag", () => {
	const tagOf = async (target: string) => (await call(`/bindings/${target}`)).headers.get("etag");

	it("identifies the snapshot and the plan, and is the same for every spelling of the target", async () => {
		const tag = await tagOf("203.0.113.128/25");
		expect(tag).toMatch(/^"[0-9a-f]{16}\.[0-9a-f]{16}\.[0-9a-f]{16}"$/);
		expect(await tagOf("203.0.113.128%2F25")).toBe(tag);
		expect(await tagOf(cdn25)).toBe(tag);
		expect(await tagOf("edge-cdn")).toBe(tag);
		expect(await tagOf("203.0.113.0/26")).not.toBe(tag);
	});

	it("changes when the binding or one of its siblings changes", async () => {
		const before = await tagOf(v6Spectrum64);
		const state = await cloudflare.state();
		const v6 = state.prefixes[2]?.bindings ?? [];
		for (const one of v6) if (one.id === v6Spectrum64) one.provisioning = { state: "active" };
		await cloudflare.put(state);
		const active = await tagOf(v6Spectrum64);
		v6.splice(0, 1);
		await cloudflare.put(state);
		const alone = await tagOf(v6Spectrum64);
		expect(new Set([before, active, alone]).size).toBe(3);
	});
});

describe("dry_run", () => {
	it.each([
		["203.0.113.128/25", {}, ""],
		[v6Cdn48, {}, ""],
		["2001:db8:100:1::/64", { acknowledge: ["still_provisioning"] }, "?acknowledge=still_provisioning"],
		["edge-cdn", { reason: "drain" }, "?reason=drain"],
	])("answers the same plan as GET: %s %j", async (target, more, query) => {
		const dry = await call("/deletions", { method: "POST", json: { target, ...more, dry_run: true } });
		const get = await call(`/bindings/${target}${query}`);
		expect(dry.status).toBe(200);
		expect(dry.json).toEqual(get.json);
		expect(dry.headers.get("etag")).toBe(get.headers.get("etag"));
	});

	it("needs the scope to delete", async () => {
		const json = { target: "203.0.113.128/25", dry_run: true };
		const answer = await call("/deletions", { method: "POST", token: approver.token, json });
		expect(answer.status).toBe(403);
		expect(answer.json).toMatchObject({ code: "scope_missing", scope: "delete" });
	});
});

it("a plan leaves no trace: it deletes nothing, records nothing and uses up no key", async () => {
	const headers = { "idempotency-key": "plan-1" };
	await call("/bindings/203.0.113.128/25", { headers });
	await call(`/bindings/${v6Regional64}`);
	await call("/bindings/192.0.2.0/24");
	await call("/deletions", { method: "POST", headers, json: { target: "edge-cdn", dry_run: true } });
	expect(await deletes()).toEqual([]);
	expect((await call("/deletions")).json).toEqual({ deletions: [], next: null, stale: false });
	expect((await HISTORY.list()).keys).toEqual([]);
	const deletion = await call("/bindings/203.0.113.0/26", { method: "DELETE", headers });
	expect(deletion.status).toBe(200);
	expect(deletion.headers.has("idempotency-replayed")).toBe(false);
});

it("a plan for a deleted binding names its deletion", async () => {
	const { json: deletion } = await call("/bindings/edge-cdn?reason=drain", { method: "DELETE" });
	const answer = await call("/bindings/203.0.113.128/25");
	expect(answer.status).toBe(404);
	expect(answer.json).toMatchObject({
		code: "binding_not_found",
		detail: `There is no binding 203.0.113.128/25. It was deleted by sandbox at ${deletion.settled_at}.`,
		last_deletion: { id: deletion.id, actor: "sandbox", reason: "drain", state: "deleted" },
	});
});
