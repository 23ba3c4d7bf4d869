// The plan: what a deletion would do, its risks, and who has to agree. The deletion then does what the plan says. A
// plan leaves no trace.
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { prefixes } from "../doors/account.ts";
import { type Answer, call, cloudflare, deletes, HISTORY } from "../harness.ts";
import { endClock, hourMs, inMs, startClock } from "./clock.ts";
import { callAs, configureLedger, tokensWith } from "./configured-ledger.ts";
import { asker, freeze, others, othersDelete, remove } from "./people.ts";

beforeEach(startClock);
afterEach(endClock);

const cidr = "203.0.113.128/25";
const planOf = (target: string, query = ""): Promise<Answer> => call(`/bindings/${target}${query}`);
const dryRun = (json: object): Promise<Answer> =>
	call("/deletions", { method: "POST", json: { ...json, dry_run: true } });

/** The verdicts other than "pass". */
const risksIn = ({ json }: Answer): object =>
	Object.fromEntries(
		json.guards
			.filter(({ verdict }: { verdict: string }) => verdict !== "pass")
			.map(({ guard, verdict }: { guard: string; verdict: string }) => [guard, verdict]),
	);

const guardNames = [
	...["frozen", "protected", "out_of_range", "budget", "breadth", "changed", "last_binding", "not_restorable"],
	...["leaves_no_service", "still_provisioning", "advertised", "no_reason"],
];

const cases = [
	["no risk", cidr, "delete", [], {}],
	["a hole", "2001:db8:100::/48", "delete", ["leaves_no_service"], { leaves_no_service: "acknowledge" }],
	[
		"still provisioning",
		"2001:db8:100:1::/64",
		"delete",
		["still_provisioning"],
		{ still_provisioning: "acknowledge" },
	],
	[
		"the last binding",
		"198.51.100.0/24",
		"wait_for_approval",
		["leaves_no_service"],
		{ last_binding: "approve", leaves_no_service: "acknowledge" },
	],
	["not restorable", "2001:db8:100:2::/64", "refuse", [], { not_restorable: "refuse" }],
] as const;

describe("the plan", () => {
	it.each(cases)("has would, acknowledge and verdicts: %s", async (_, target, would, acknowledge, risks) => {
		const plan = await planOf(target);
		expect(plan.status).toBe(200);
		expect(plan.json).toMatchObject({ would, acknowledge, binding: { cidr: target } });
		expect(risksIn(plan)).toEqual(risks);
		expect(plan.json.guards.map(({ guard }: { guard: string }) => guard)).toEqual(guardNames);
		const dry = await dryRun({ target });
		expect([dry.status, dry.json]).toEqual([200, plan.json]);
		expect(dry.headers.get("etag")).toBe(plan.headers.get("etag"));
	});

	it.each(cases)("says what the deletion then does: %s", async (_, target, would, acknowledge) => {
		const answer = await call("/deletions", { method: "POST", json: { target, acknowledge } });
		const became = { delete: [200, "deleted"], wait_for_approval: [202, "pending_approval"], refuse: [403, undefined] };
		expect([answer.status, answer.json.state]).toEqual(became[would]);
	});

	it("keeps an acknowledged risk in the list, and marks it", async () => {
		const plan = await planOf("2001:db8:100::/48", "?acknowledge=leaves_no_service");
		expect(plan.json).toMatchObject({ would: "delete", acknowledge: ["leaves_no_service"] });
		expect(plan.json.guards).toContainEqual(
			expect.objectContaining({ guard: "leaves_no_service", verdict: "acknowledge", acknowledged: true }),
		);
	});

	it("would refuse during a freeze, over the budget and in a protected range", async () => {
		await configureLedger({ BUDGET_DELETIONS: 1, PROTECTED: ["203.0.113.0/26"] });
		expect(risksIn(await planOf("203.0.113.0/26"))).toEqual({ protected: "refuse" });
		await remove(cidr);
		expect(risksIn(await planOf("203.0.113.64/26"))).toEqual({ budget: "refuse" });
		await freeze();
		const plan = await planOf("203.0.113.0/26");
		expect(plan.json.would).toBe("refuse");
		expect(risksIn(plan)).toEqual({ frozen: "refuse", protected: "refuse", budget: "refuse" });
	});

	it("would refuse outside the caller's ranges", async () => {
		const tokens = tokensWith("elsewhere", ["read"], ["203.0.113.0/25"]);
		const plan = await callAs("elsewhere", tokens, `/bindings/${cidr}`);
		expect([plan.status, plan.json.would]).toEqual([200, "refuse"]);
		expect(risksIn(plan)).toEqual({ out_of_range: "refuse" });
	});

	it("would refuse without a reason if the policy requires one", async () => {
		await configureLedger({ GUARDS: { no_reason: "refuse" } });
		expect((await planOf(cidr)).json.would).toBe("refuse");
		expect((await planOf(cidr, "?reason=INC-5")).json.would).toBe("delete");
	});
});

describe("a plan or a dry run", () => {
	it("records and changes nothing, however often it is requested", async () => {
		const before = await cloudflare.state();
		for (let time = 0; time < 3; time++) {
			await planOf(cidr);
			await dryRun({ target: cidr, reason: "INC-5", acknowledge: ["leaves_no_service"] });
		}
		expect(await cloudflare.state()).toEqual(before);
		expect((await call("/deletions")).json.deletions).toEqual([]);
		expect((await HISTORY.list()).keys).toEqual([]);
		expect(await deletes()).toEqual([]);
	});

	it("is answered immediately, whatever its time", async () => {
		const dry = await dryRun({ target: cidr, not_before: inMs(hourMs) });
		expect([dry.status, dry.json.would]).toEqual([200, "delete"]);
		expect((await call("/deletions")).json.deletions).toEqual([]);
	});

	it("needs the same scope as the deletion", async () => {
		const answer = await call("/deletions", {
			method: "POST",
			token: "unbind_sandbox_approver",
			json: { target: cidr, dry_run: true },
		});
		expect([answer.status, answer.json.code]).toEqual([403, "scope_missing"]);
	});
});

describe("the snapshot", () => {
	const tag = async () => (await planOf(cidr)).headers.get("etag") ?? "";
	const changes = {
		"another service": (one: object) => ({ ...one, service_id: "a3d7b91e6c2048f5b0e4d8c7f1a29635" }),
		"another state": (one: object) => ({ ...one, provisioning: { state: "provisioning" } }),
	};

	it.each(Object.entries(changes))("changes when the binding has %s", async (_, change) => {
		const before = await tag();
		await others(prefixes.amsterdam, (all) => all.map((one) => (one.cidr === cidr ? { ...one, ...change(one) } : one)));
		const refused = await call(`/bindings/${cidr}`, { method: "DELETE", headers: { "if-match": before } });
		expect(refused.status).toBe(412);
		expect(refused.json.guards).toContainEqual(
			expect.objectContaining({ guard: "changed", verdict: "refuse", changed: "binding" }),
		);
		expect(await deletes()).toEqual([]);
	});

	it.each(Object.entries(changes))("changes when a sibling has %s", async (_, change) => {
		const before = await tag();
		await others(prefixes.amsterdam, (all) => all.map((one) => (one.cidr === cidr ? one : { ...one, ...change(one) })));
		const refused = await call(`/bindings/${cidr}`, { method: "DELETE", headers: { "if-match": before } });
		expect(refused.json.guards).toContainEqual(
			expect.objectContaining({ guard: "changed", verdict: "refuse", changed: "siblings" }),
		);
	});

	it("changes with the number of siblings, and with a new binding at the same CIDR", async () => {
		const before = await tag();
		await othersDelete(prefixes.amsterdam, "c01d0000000000000000000000000001");
		expect(await tag()).not.toBe(before);
		expect((await tag()).split(".")[0]).toBe(before.split(".")[0]);
		await others(prefixes.amsterdam, (all) =>
			all.map((one) => (one.cidr === cidr ? { ...one, id: "c01d0000000000000000000000000042" } : one)),
		);
		expect((await tag()).split(".")[0]).not.toBe(before.split(".")[0]);
	});

	it("ignores Cloudflare's order and other prefixes", async () => {
		const before = await tag();
		await others(prefixes.amsterdam, (all) => all.toReversed());
		await others(prefixes.shop, () => []);
		expect(await tag()).toBe(before);
	});

	it("counts a sibling whose deletion is in flight as gone", async () => {
		const before = await tag();
		await cloudflare.order({ method: "DELETE", fault: { kind: "hang_before" } });
		const inFlight = remove("203.0.113.0/26", "", asker.token);
		await expect.poll(deletes).toHaveLength(1);
		const refused = await call(`/bindings/${cidr}`, { method: "DELETE", headers: { "if-match": before } });
		expect([refused.status, refused.json.code]).toEqual([412, "changed"]);
		await cloudflare.release();
		expect((await inFlight).status).toBe(200);
	});
});
