// Facts as a guard sees them: a deletion that every guard passes, plus whatever a test changes.
import type { Binding, LiveBinding } from "../../src/deletion/address/binding.ts";
import { snapshotTag } from "../../src/deletion/judgement/assess.ts";
import { type Facts, verdictsOf } from "../../src/deletion/judgement/guards.ts";
import { defaultPolicy } from "../../src/deletion/judgement/policy.ts";
import { effectOf } from "../../src/deletion/record/effect.ts";
import type { Verdict } from "../../src/deletion/record/verdict.ts";
import { cidr } from "./ranges.ts";
import { bindingOf, id, startMs } from "./world.ts";

export const live = (text: string, change: Partial<Binding> = {}): LiveBinding => ({
	...bindingOf(id("b1"), text),
	...change,
	id: id("b1"),
	cidr: text,
	range: cidr(text),
});

export const wholePrefix = bindingOf(id("b0"), "203.0.113.0/24");

export function factsOf(change: Partial<Facts> = {}, others: readonly Binding[] = [wholePrefix]): Facts {
	const binding = change.binding ?? live("203.0.113.128/25");
	const all = [...others, binding];
	const bound = all.flatMap(({ range, ...one }) => (range === null ? [] : [{ ...one, range }]));
	return {
		nowMs: startMs,
		policy: defaultPolicy,
		freeze: null,
		pace: { account: [], prefix: [] },
		prefixId: id("a1"),
		binding,
		all,
		snapshot: snapshotTag(binding, all),
		bgpPrefixes: null,
		effect: effectOf(binding, bound),
		reason: "INC-1",
		ranges: null,
		ifMatch: null,
		...change,
	};
}

export const nobody = { acknowledged: [], approved: [] };

export const verdictOf = (
	guard: string,
	facts: Facts,
	agreed: Parameters<typeof verdictsOf>[1] = nobody,
): Verdict | undefined => verdictsOf(facts, agreed).find((verdict) => verdict.guard === guard);
