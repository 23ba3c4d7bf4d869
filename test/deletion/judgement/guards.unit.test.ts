import { describe, expect, it } from "vitest";
import { snapshotTag } from "../../../src/deletion/judgement/assess.ts";
import {
	announcedInWords,
	type Facts,
	refusalInWords,
	sentenceOf,
	verdictsOf,
} from "../../../src/deletion/judgement/guards.ts";
import { decide, guardNames, levels } from "../../../src/deletion/record/verdict.ts";
import { factsOf, live, nobody, verdictOf } from "../facts.ts";
import { cidr } from "../ranges.ts";
import { bindingOf, freezeOf, id, policyOf } from "../world.ts";

/** Facts in which every guard finds a risk. */
const everyRisk = (levelOfAll: (typeof levels)[number]): Facts =>
	factsOf(
		{
			policy: policyOf(
				{ protected: { ranges: [cidr("203.0.113.0/24")], ids: [] } },
				Object.fromEntries(guardNames.map((guard) => [guard, levelOfAll])),
			),
			freeze: freezeOf(),
			pace: { account: Array(9).fill(0), prefix: Array(9).fill(0) },
			binding: live("203.0.113.128/25", { serviceId: null, provisioningState: "provisioning" }),
			bgpPrefixes: [{ cidr: "203.0.113.0/24", advertised: true }],
			reason: null,
			ranges: [],
			ifMatch: [],
		},
		[],
	);

describe("judge", () => {
	it("gives every guard's verdict, always in the same order", () => {
		expect(verdictsOf(factsOf(), nobody).map((verdict) => verdict.guard)).toEqual(guardNames);
		expect(verdictsOf(everyRisk("refuse"), nobody).map((verdict) => verdict.guard)).toEqual(guardNames);
	});

	it("passes a deletion without risks, with no evidence", () => {
		expect(verdictsOf(factsOf(), nobody)).toEqual(guardNames.map((guard) => ({ guard, verdict: "pass" })));
	});

	it.each(levels)("gives each risk the level %s if the policy says so, with its evidence", (level) => {
		for (const { verdict, guard, ...evidence } of verdictsOf(everyRisk(level), nobody)) {
			expect([guard, verdict]).toEqual([guard, level]);
			expect(Object.keys(evidence).length > 0).toBe(guard !== "no_reason");
		}
	});

	it("gives each risk its default level", () => {
		const { policy: _, ...facts } = everyRisk("pass");
		const verdicts = verdictsOf({ ...facts, policy: policyOf() }, nobody);
		expect(verdicts.map(({ guard, verdict }) => `${guard} ${verdict}`)).toEqual([
			"frozen refuse",
			"protected pass",
			"out_of_range refuse",
			"budget refuse",
			"breadth refuse",
			"changed refuse",
			"last_binding approve",
			"not_restorable refuse",
			"leaves_no_service acknowledge",
			"still_provisioning acknowledge",
			"advertised pass",
			"no_reason pass",
		]);
	});

	it("marks only the risks that the caller acknowledged", () => {
		const facts = factsOf({ binding: live("203.0.113.128/25", { provisioningState: "provisioning" }) }, []);
		const verdicts = verdictsOf(facts, { acknowledged: ["leaves_no_service"], approved: [] });
		expect(verdicts.filter((one) => one.verdict === "acknowledge")).toEqual([
			{ guard: "leaves_no_service", verdict: "acknowledge", acknowledged: true, cidrs: ["203.0.113.128/25"] },
			{ guard: "still_provisioning", verdict: "acknowledge", provisioning_state: "provisioning" },
		]);
	});

	it("marks only the risks that someone approved", () => {
		const facts = factsOf({ policy: policyOf({}, { leaves_no_service: "approve" }) }, []);
		const verdicts = verdictsOf(facts, { acknowledged: [], approved: ["last_binding"] });
		expect(verdicts.filter((one) => one.verdict === "approve")).toEqual([
			{ guard: "last_binding", verdict: "approve", approved: true, prefix_id: id("a1") },
			{ guard: "leaves_no_service", verdict: "approve", cidrs: ["203.0.113.128/25"] },
		]);
	});

	it("does not let a caller acknowledge what needs approval, or an approver approve what needs acknowledging", () => {
		const [asked, waits] = (["acknowledge", "approve"] as const).map((level) => everyRisk(level));
		const allNamed = { acknowledged: [...guardNames], approved: [] };
		const allApproved = { acknowledged: [], approved: [...guardNames] };
		expect(waits && decide(verdictsOf(waits, allNamed))).toEqual({
			would: "wait_for_approval",
			unapproved: [...guardNames],
		});
		expect(asked && decide(verdictsOf(asked, allApproved))).toEqual({
			would: "need_acknowledgement",
			unacknowledged: [...guardNames],
		});
		expect(waits && decide(verdictsOf(waits, allApproved))).toEqual({ would: "delete" });
		expect(asked && decide(verdictsOf(asked, allNamed))).toEqual({ would: "delete" });
	});

	it("lets no one acknowledge or approve a refusal away", () => {
		const verdicts = verdictsOf(everyRisk("refuse"), { acknowledged: [...guardNames], approved: [...guardNames] });
		for (const { acknowledged, approved } of verdicts) expect([acknowledged, approved]).toEqual([undefined, undefined]);
		expect(decide(verdicts)).toMatchObject({ would: "refuse", by: { guard: "frozen" } });
	});

	it("ignores an acknowledgement where there is no risk", () => {
		expect(verdictOf("leaves_no_service", factsOf(), { acknowledged: ["leaves_no_service"], approved: [] })).toEqual({
			guard: "leaves_no_service",
			verdict: "pass",
		});
	});

	it("has a sentence for every guard", () => {
		for (const guard of guardNames) expect(sentenceOf(guard)).toMatch(/(?:\.|=…)$/);
		expect(new Set(guardNames.map(sentenceOf)).size).toBe(guardNames.length);
	});
});

describe("the guard advertised", () => {
	const facts = (bgpPrefixes: Facts["bgpPrefixes"], advertised: boolean | null) => {
		const plain = factsOf({ bgpPrefixes, policy: policyOf({}, { advertised: "approve" }) });
		return { ...plain, effect: { ...plain.effect, advertised } };
	};
	const part = (text: string, advertised: boolean | null) => ({ cidr: text, advertised });

	it("names what is announced of the binding's addresses", () => {
		const parts = [part("203.0.113.0/24", true), part("203.0.113.0/25", true), part("203.0.113.192/26", true)];
		const verdict = verdictOf("advertised", facts(parts, true));
		expect(verdict).toEqual({
			guard: "advertised",
			verdict: "approve",
			announced: ["203.0.113.0/24", "203.0.113.192/26"],
		});
		expect(verdict && announcedInWords({ ...verdict, announced: ["203.0.113.0/24"] })).toBe(
			"Cloudflare announces 203.0.113.0/24 right now.",
		);
		expect(verdict && refusalInWords(verdict, 0)).toBe(
			"Cloudflare announces 203.0.113.0/24 and 1 more range of the prefix right now.",
		);
	});

	it("passes what is not announced, and what nobody knows, with that evidence", () => {
		expect(verdictOf("advertised", facts([part("203.0.113.0/24", false)], false))).toEqual({
			guard: "advertised",
			verdict: "pass",
		});
		expect(verdictOf("advertised", facts(null, null))).toEqual({
			guard: "advertised",
			verdict: "pass",
			advertised: null,
		});
	});

	it("says nothing of what nobody knows at the level pass, where it was not asked", () => {
		expect(verdictOf("advertised", factsOf({ effect: { ...factsOf().effect, advertised: null } }))).toEqual({
			guard: "advertised",
			verdict: "pass",
		});
	});
});

describe("the guard changed", () => {
	const others = [bindingOf(id("b0"), "203.0.113.0/24")];
	const binding = live("203.0.113.128/25");
	const tag = snapshotTag(binding, [...others, binding]);

	it("passes if one of the tags matches", () => {
		expect(verdictOf("changed", factsOf({ ifMatch: ["other.tag", tag] }))).toEqual({
			guard: "changed",
			verdict: "pass",
		});
	});

	it.each<[string, Facts, string]>([
		["a sibling is gone", factsOf({ ifMatch: [tag] }, []), "siblings"],
		["a sibling is new", factsOf({ ifMatch: [tag] }, [...others, bindingOf(id("b9"), "203.0.113.0/26")]), "siblings"],
		["the service has changed", factsOf({ ifMatch: [tag], binding: { ...binding, serviceId: id("aa") } }), "binding"],
		["nothing matches", factsOf({ ifMatch: [] }), "binding"],
	])("refuses when %s, and shows both tags", (_, facts, changed) => {
		const now = snapshotTag(facts.binding, facts.all);
		const expected = { guard: "changed", verdict: "refuse", changed, expected: facts.ifMatch, now };
		expect(verdictOf("changed", facts)).toEqual(expected);
	});
});
