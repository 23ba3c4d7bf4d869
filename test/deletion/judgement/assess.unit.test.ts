import { describe, expect, it } from "vitest";
import type { Binding, LiveBinding } from "../../../src/deletion/address/binding.ts";
import { cidrsOf } from "../../../src/deletion/address/cidr.ts";
import { assess, snapshotTag } from "../../../src/deletion/judgement/assess.ts";
import { lagMs } from "../../../src/deletion/limits.ts";
import type { LookedUp } from "../../../src/deletion/lookup/look-up.ts";
import type { Terms } from "../../../src/deletion/ports.ts";
import { cidr } from "../ranges.ts";
import { accountId, bindingOf, createWorld, freezeOf, id, policyOf, startMs, type World } from "../world.ts";

const whole = bindingOf(id("b0"), "203.0.113.0/24");
const binding: LiveBinding = {
	...bindingOf(id("b1"), "203.0.113.0/26"),
	id: id("b1"),
	cidr: "203.0.113.0/26",
	range: cidr("203.0.113.0/26"),
};
const foundWith = (...others: Binding[]): LookedUp => ({
	prefixId: id("a1"),
	binding,
	all: [...others, binding],
	askedAtMs: startMs,
	bgpPrefixes: [{ cidr: "203.0.113.0/24", advertised: true }],
});
const worldWith = (...going: string[]): World => {
	const world = createWorld();
	world.journal.goneSince = (prefixId, sinceMs) =>
		new Set(prefixId === id("a1") && sinceMs === startMs - lagMs ? going.map((one) => one.replaceAll("-", "")) : []);
	return world;
};
const assessed = (found: LookedUp, world = worldWith(), change: Partial<Terms> = {}, reason: string | null = "INC-1") =>
	assess(found, { acknowledge: [], ifMatch: null, ranges: null, approved: [], ...change }, reason, world.ports);
const verdictOf = (guard: string, { assessment }: ReturnType<typeof assessed>) =>
	assessment.guards.find((one) => one.guard === guard);

describe("assess", () => {
	it("takes a snapshot with everything a restoration needs", () => {
		expect(assessed(foundWith(whole)).assessment.binding).toEqual({
			account_id: accountId,
			prefix_id: id("a1"),
			id: id("b1"),
			cidr: "203.0.113.0/26",
			service_id: id("5e"),
			service_name: "CDN",
			provisioning: { state: "active" },
		});
	});

	it("does not count on a sibling that is being deleted too", () => {
		const found = foundWith(whole);
		const alone = assessed(found, worldWith(whole.id));
		expect(alone.assessment.effect.falls_back_to).toBeNull();
		expect(verdictOf("leaves_no_service", alone)).toEqual({
			guard: "leaves_no_service",
			verdict: "acknowledge",
			cidrs: ["203.0.113.0/26"],
		});
		expect(verdictOf("last_binding", alone)).toMatchObject({ verdict: "approve" });
		expect(alone.snapshot).toBe(snapshotTag(binding, [binding]));
		expect(alone.snapshot).not.toBe(assessed(found).snapshot);
	});

	it("recognizes a sibling that is being deleted by either spelling of its id", () => {
		const dashed = "c01d0000-0000-4000-8000-000000000007";
		const going = foundWith(bindingOf(dashed, "203.0.113.0/24"));
		expect(assessed(going, worldWith(dashed)).assessment.effect.falls_back_to).toBeNull();
		expect(assessed(going).assessment.effect.falls_back_to).toMatchObject({ id: dashed });
	});

	it("still assesses a binding that is itself being deleted", () => {
		expect(assessed(foundWith(whole), worldWith(binding.id))).toEqual(assessed(foundWith(whole)));
	});

	it("counts a sibling without a readable CIDR in the snapshot but not in the effect", () => {
		const odd = bindingOf(id("b7"), "203.0.113.0/27", { cidr: null, range: null });
		const seen = assessed(foundWith(whole, odd));
		expect(seen.assessment.effect.unaffected).toEqual([]);
		expect(seen.snapshot).not.toBe(assessed(foundWith(whole)).snapshot);
	});

	it("allows nothing if the actor's ranges cannot be read", () => {
		const seen = assessed(foundWith(whole), worldWith(), { ranges: ["everywhere"] });
		expect(verdictOf("out_of_range", seen)).toMatchObject({ verdict: "refuse", ranges: [] });
	});

	it("passes the guards the freeze, the reason, the acknowledged risks and the approvals", () => {
		const world = worldWith(whole.id);
		world.journal.frozen = freezeOf();
		const agreed = { acknowledge: ["leaves_no_service"], approved: ["last_binding" as const] };
		const seen = assessed(foundWith(whole), world, agreed, null);
		expect(verdictOf("frozen", seen)).toMatchObject({ verdict: "refuse", by: "alice" });
		expect(verdictOf("leaves_no_service", seen)).toMatchObject({ acknowledged: true });
		expect(verdictOf("last_binding", seen)).toMatchObject({ approved: true });
		world.ports.policy = policyOf({}, { no_reason: "refuse" });
		expect(verdictOf("no_reason", assessed(foundWith(whole), world, {}, null))).toMatchObject({ verdict: "refuse" });
	});

	it("says whether the binding's addresses are announced", () => {
		const announced = (bgpPrefixes: LookedUp["bgpPrefixes"]) =>
			assessed({ ...foundWith(whole), bgpPrefixes }).assessment.effect.advertised;
		expect(announced([{ cidr: "203.0.113.0/24", advertised: true }])).toBe(true);
		expect(announced([{ cidr: "203.0.113.0/24", advertised: false }])).toBe(false);
		expect(announced(null)).toBeNull();
	});

	it("counts deletions in exactly the policy's window", () => {
		const world = worldWith();
		const asked: unknown[] = [];
		world.journal.pace = (...given) => {
			asked.push(given);
			return { account: Array(7).fill(startMs), prefix: [] };
		};
		world.ports.policy = policyOf({ budget: { deletions: 7, windowMinutes: 90 } });
		const seen = assessed(foundWith(whole), world);
		expect(asked).toEqual([[id("a1"), startMs - 90 * 60_000]]);
		expect(verdictOf("budget", seen)).toMatchObject({ verdict: "refuse", deletions: 7, limit: 7 });
	});
});

describe("cidrsOf", () => {
	it("returns null, meaning everywhere, only for null", () => {
		expect(cidrsOf(null)).toBeNull();
		expect(cidrsOf([])).toEqual([]);
		expect(cidrsOf(["203.0.113.0/24", "203.0.113.7"])).toEqual([cidr("203.0.113.0/24")]);
	});
});
