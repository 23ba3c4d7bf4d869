// What each guard sees and the verdict it gives.
import { describe, expect, it } from "vitest";
import type { Facts } from "../../src/deletion/judgement/guards.ts";
import { factsOf, live, verdictOf, wholePrefix } from "./facts.ts";
import { cidr } from "./ranges.ts";
import { bindingOf, freezeOf, id, policyOf, startMs } from "./world.ts";

const minute = 60_000;
const at = (ms: number) => new Date(ms).toISOString();
const protecting = (...given: string[]) =>
	policyOf({
		protected: {
			ranges: given.filter((text) => text.includes("/")).map(cidr),
			ids: given.filter((text) => !text.includes("/")),
		},
	});
const paced = (inAccount: number, inPrefix: number, oldestMs = startMs, oldestInPrefixMs = oldestMs) => ({
	pace: { account: Array<number>(inAccount).fill(oldestMs), prefix: Array<number>(inPrefix).fill(oldestInPrefixMs) },
});
const dashed = (text: string) => text.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
const pass = { verdict: "pass" };

type Case = [says: string, facts: Facts, verdict: object];
const cases: Record<string, Case[]> = {
	frozen: [
		["there is no freeze", factsOf(), pass],
		[
			"the freeze has to be lifted by hand",
			factsOf({ freeze: freezeOf() }),
			{ verdict: "refuse", freeze_reason: "BGP incident", by: "alice", until: null, retry_after_seconds: 300 },
		],
		[
			"the freeze ends by itself in a while",
			factsOf({ freeze: freezeOf({ until: at(startMs + 90_500) }) }),
			{
				verdict: "refuse",
				freeze_reason: "BGP incident",
				by: "alice",
				until: at(startMs + 90_500),
				retry_after_seconds: 91,
			},
		],
		[
			"the freeze ends by itself in a millisecond",
			factsOf({ freeze: freezeOf({ until: at(startMs + 1) }) }),
			expect.objectContaining({ verdict: "refuse", retry_after_seconds: 1 }),
		],
	],
	protected: [
		["nothing is protected", factsOf(), pass],
		[
			"its range is protected",
			factsOf({ policy: protecting("203.0.113.128/25") }),
			{ verdict: "refuse", by: "203.0.113.128/25" },
		],
		[
			"a range around it is protected",
			factsOf({ policy: protecting("203.0.112.0/22") }),
			{ verdict: "refuse", by: "203.0.112.0/22" },
		],
		["only its neighbours are protected", factsOf({ policy: protecting("203.0.113.0/25", "::/0") }), pass],
		["its id is protected", factsOf({ policy: protecting(id("b1")) }), { verdict: "refuse", by: id("b1") }],
		[
			"its id is protected in the other spelling",
			factsOf({ policy: protecting(dashed(id("b1"))) }),
			{ verdict: "refuse", by: dashed(id("b1")) },
		],
		[
			"its prefix is protected",
			factsOf({ policy: protecting(id("a2"), id("a1")) }),
			{ verdict: "refuse", by: id("a1") },
		],
		["only other ids are protected", factsOf({ policy: protecting(id("a2"), id("b0")) }), pass],
		[
			"a protected range inside it would lose its traffic",
			factsOf({ policy: protecting("203.0.113.192/27") }),
			{ verdict: "refuse", by: "203.0.113.192/27" },
		],
		[
			"a more specific binding keeps the whole of a protected range inside it",
			factsOf({ policy: protecting("203.0.113.192/27") }, [wholePrefix, bindingOf(id("b2"), "203.0.113.192/26")]),
			pass,
		],
		[
			"a protected range inside it is a more specific binding itself",
			factsOf({ policy: protecting("203.0.113.192/26") }, [wholePrefix, bindingOf(id("b2"), "203.0.113.192/26")]),
			pass,
		],
		[
			"a more specific binding keeps only part of a protected range inside it",
			factsOf({ policy: protecting("203.0.113.192/26") }, [wholePrefix, bindingOf(id("b2"), "203.0.113.192/27")]),
			{ verdict: "refuse", by: "203.0.113.192/26" },
		],
		[
			"one protected range inside it is kept and another is not",
			factsOf({ policy: protecting("203.0.113.192/26", "203.0.113.128/32") }, [
				bindingOf(id("b2"), "203.0.113.192/26"),
			]),
			{ verdict: "refuse", by: "203.0.113.128/32" },
		],
	],
	out_of_range: [
		[
			"neither of two ranges contains it",
			factsOf({ ranges: [cidr("198.51.100.0/24"), cidr("203.0.113.128/26")] }),
			{ verdict: "refuse", cidr: "203.0.113.128/25", ranges: ["198.51.100.0/24", "203.0.113.128/26"] },
		],
		["the actor has no range", factsOf({ ranges: [] }), { verdict: "refuse", cidr: "203.0.113.128/25", ranges: [] }],
		[
			"the range is of the other address family",
			factsOf({ ranges: [cidr("::/0")] }),
			{ verdict: "refuse", cidr: "203.0.113.128/25", ranges: ["::/0"] },
		],
		["the range is exactly the binding's", factsOf({ ranges: [cidr("203.0.113.128/25")] }), pass],
		["one of the ranges contains it", factsOf({ ranges: [cidr("198.51.100.0/24"), cidr("203.0.112.0/23")] }), pass],
	],
	budget: [
		["one of five is left", factsOf(paced(4, 0)), pass],
		[
			"five are spent",
			factsOf(paced(5, 1, startMs - 10 * minute, startMs), [wholePrefix, bindingOf(id("b2"), "203.0.113.0/26")]),
			{ verdict: "refuse", deletions: 5, limit: 5, window_minutes: 60, retry_after_seconds: 3000 },
		],
		[
			"the budget was cut below what is already spent",
			factsOf({
				...paced(9, 0, startMs - minute + 1),
				policy: policyOf({ budget: { deletions: 1, windowMinutes: 1 } }),
			}),
			{ verdict: "refuse", deletions: 9, limit: 1, window_minutes: 1, retry_after_seconds: 1 },
		],
		[
			"the budget was cut and two of three have to leave the window first",
			factsOf({
				pace: { account: [50, 30, 10].map((ago) => startMs - ago * minute), prefix: [] },
				policy: policyOf({ budget: { deletions: 2, windowMinutes: 60 } }),
			}),
			{ verdict: "refuse", deletions: 3, limit: 2, window_minutes: 60, retry_after_seconds: 1800 },
		],
	],
	breadth: [
		["it is the prefix's first, even if it is the only one", factsOf(paced(1, 0), []), pass],
		[
			"it is the second of two",
			factsOf(paced(1, 1), []),
			{ verdict: "refuse", gone: 2, of: 2, window_minutes: 60, retry_after_seconds: 3600 },
		],
		[
			"it is the second of three",
			factsOf(paced(1, 1)),
			{ verdict: "refuse", gone: 2, of: 3, window_minutes: 60, retry_after_seconds: 3600 },
		],
		[
			"it is the second of four, which is just half",
			factsOf(paced(1, 1), [wholePrefix, bindingOf(id("b2"), "203.0.113.0/26")]),
			pass,
		],
		[
			"it is the third of five",
			factsOf(paced(4, 2, startMs - 59 * minute, startMs - 50 * minute), [
				wholePrefix,
				bindingOf(id("b2"), "203.0.113.0/26"),
			]),
			{ verdict: "refuse", gone: 3, of: 5, window_minutes: 60, retry_after_seconds: 600 },
		],
		...[
			{ others: 0, gone: 4, of: 4, retryMinutes: 50 },
			{ others: 1, gone: 4, of: 5, retryMinutes: 50 },
			{ others: 2, gone: 4, of: 6, retryMinutes: 30 },
			{ others: 3, gone: 4, of: 7, retryMinutes: 10 },
		].map(
			({ others, gone, of, retryMinutes }): Case => [
				`three were deleted 50, 30 and 10 minutes ago and ${others} would be left`,
				factsOf(
					{ pace: { account: [], prefix: [50, 30, 10].map((ago) => startMs - ago * minute) } },
					Array.from({ length: others }, (_, index) => bindingOf(id(`c${index}`), `203.0.113.${index}/32`)),
				),
				{ verdict: "refuse", gone, of, window_minutes: 60, retry_after_seconds: retryMinutes * 60 },
			],
		),
	],
	last_binding: [
		["another binding is left", factsOf(), pass],
		["no other binding is left", factsOf({}, []), { verdict: "approve", prefix_id: id("a1") }],
	],
	not_restorable: [
		["the binding names its service", factsOf(), pass],
		[
			"the binding names no service",
			factsOf({ binding: live("203.0.113.128/25", { serviceId: null }) }),
			{ verdict: "refuse", missing: "service_id" },
		],
	],
	leaves_no_service: [
		["another binding takes over", factsOf(), pass],
		["no binding takes over", factsOf({}, []), { verdict: "acknowledge", cidrs: ["203.0.113.128/25"] }],
		[
			"one part is kept and no binding takes over the rest",
			factsOf({}, [bindingOf(id("b2"), "203.0.113.128/26")]),
			{ verdict: "acknowledge", cidrs: ["203.0.113.192/26"] },
		],
	],
	still_provisioning: [
		["the binding is active", factsOf(), pass],
		...[null, "provisioning", "magic_transit_route_missing"].map(
			(state): Case => [
				`its state is ${state}`,
				factsOf({ binding: live("203.0.113.128/25", { provisioningState: state }) }),
				{ verdict: "acknowledge", provisioning_state: state },
			],
		),
	],
	no_reason: [
		["a reason is given", factsOf(), pass],
		["no reason is given, which passes by default", factsOf({ reason: null }), pass],
		[
			"no reason is given and the policy requires one",
			factsOf({ reason: null, policy: policyOf({}, { no_reason: "refuse" }) }),
			{ verdict: "refuse" },
		],
	],
};

describe.each(Object.keys(cases))("the guard %s", (guard) => {
	it.each(cases[guard] ?? [])("gives its verdict when %s", (_, facts, verdict) => {
		const seen = verdictOf(guard, facts);
		expect(seen).toMatchObject({ guard });
		const { guard: _name, ...rest } = seen ?? {};
		expect(rest).toEqual(verdict);
	});
});
