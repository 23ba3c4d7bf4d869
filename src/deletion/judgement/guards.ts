// The safety rules: each is a pure function from the facts to its evidence, or to null if there is no risk. The policy says
// what a risk leads to (its level). No rule knows which door the request came through.

import { announcedIn, type BgpPrefix } from "../address/bgp-prefix.ts";
import type { Binding, LiveBinding } from "../address/binding.ts";
import { type Cidr, contains, parseCidr } from "../address/cidr.ts";
import { sameId } from "../address/cloudflare-id.ts";
import { keptInRecordAtMost, unlimitedFreezeRetrySeconds } from "../limits.ts";
import type { Effect } from "../record/effect.ts";
import type { Json } from "../record/json.ts";
import { type GuardName, guardNames, type Verdict } from "../record/verdict.ts";
import { budgetOf, secondsUntilItLeaves } from "./budget.ts";
import type { Freeze } from "./freeze.ts";
import type { Policy } from "./policy.ts";

/** Start times of the deletions that did not fail, oldest first: on the account, and in the prefix. */
export interface Pace {
	account: readonly number[];
	prefix: readonly number[];
}

export interface Facts {
	nowMs: number;
	policy: Policy;
	freeze: Freeze | null;
	/** Deletions in the budget's window, including those in flight but not this one. */
	pace: Pace;
	prefixId: string;
	binding: LiveBinding;
	/** The prefix's bindings at the time this deletion is carried out, including the binding itself. */
	all: readonly Binding[];
	/** Identifies the binding and its siblings as they are now. */
	snapshot: string;
	/** What Cloudflare announces of the prefix; null if that is not known. */
	bgpPrefixes: readonly BgpPrefix[] | null;
	effect: Effect;
	reason: string | null;
	/** Where this actor may delete; null means everywhere. */
	ranges: readonly Cidr[] | null;
	/** Snapshot tags, one of which must still be current; null if the caller named none. */
	ifMatch: readonly string[] | null;
}

type Evidence = { [name: string]: Json };
interface Guard {
	/** What is wrong, and what to do about it. Every door shows it, so it names no parameter, header or button. */
	sentence: string;
	check(facts: Facts): Evidence | null;
	/** What could not be found out. It passes, whatever the level. */
	unknown?(facts: Facts): Evidence | null;
}

const guards: Record<GuardName, Guard> = {
	frozen: {
		sentence: "Deletions are frozen. Try again when the freeze is lifted.",
		check({ freeze, nowMs }) {
			if (freeze === null) return null;
			const leftMs = freeze.until === null ? null : Date.parse(freeze.until) - nowMs;
			const seconds = leftMs === null ? unlimitedFreezeRetrySeconds : Math.max(1, Math.ceil(leftMs / 1000));
			return { freeze_reason: freeze.reason, by: freeze.by.name, until: freeze.until, retry_after_seconds: seconds };
		},
	},
	protected: {
		sentence: "This binding is on the PROTECTED list. To delete it, take it off the list first.",
		check({ binding, prefixId, effect, policy }) {
			const id = policy.protected.ids.find((one) => sameId(one, prefixId) || sameId(one, binding.id));
			if (id !== undefined) return { by: id };
			const range = policy.protected.ranges.find(
				(one) => contains(one, binding.range) || isMoved(one, binding, effect),
			);
			return range === undefined ? null : { by: range.text };
		},
	},
	out_of_range: {
		sentence: "This binding is outside the ranges the caller may delete in.",
		check: ({ binding, ranges }) =>
			ranges === null || ranges.some((range) => contains(range, binding.range))
				? null
				: { cidr: binding.cidr, ranges: ranges.map((range) => range.text) },
	},
	budget: {
		sentence: "This account has used up its deletion budget. Try again when earlier deletions leave the window.",
		check({ pace, policy, nowMs }) {
			const { limit, left, window_minutes, next_in_seconds } = budgetOf(pace.account, policy.budget, nowMs);
			if (left > 0) return null;
			return { deletions: pace.account.length, limit, window_minutes, retry_after_seconds: next_in_seconds };
		},
	},
	breadth: {
		sentence:
			"This would delete more than half of the prefix's bindings within the window. Try again when the window has passed.",
		check({ pace, policy, all, nowMs }) {
			const earlier = pace.prefix.length;
			const of = earlier + all.length;
			const gone = earlier + 1;
			if (earlier === 0 || gone * 2 <= of) return null;
			// How many of them may still be in the window for this one to be at most half, or the first.
			const mayStay = Math.max(0, all.length - 2);
			const lastMs = pace.prefix[earlier - mayStay - 1] ?? nowMs;
			const { windowMinutes } = policy.budget;
			const seconds = secondsUntilItLeaves(lastMs, windowMinutes, nowMs);
			return { gone, of, window_minutes: windowMinutes, retry_after_seconds: seconds };
		},
	},
	changed: {
		sentence: "The prefix has changed since the plan. Plan the deletion again.",
		check({ snapshot: now, ifMatch }) {
			if (ifMatch === null || ifMatch.includes(now)) return null;
			const [self] = now.split(".");
			const sameSelf = ifMatch.some((tag) => tag.split(".")[0] === self);
			return { changed: sameSelf ? "siblings" : "binding", expected: [...ifMatch], now };
		},
	},
	last_binding: {
		sentence: "This is the prefix's last binding. A prefix without bindings can't be advertised.",
		check: ({ all, prefixId }) => (all.length > 1 ? null : { prefix_id: prefixId }),
	},
	not_restorable: {
		sentence:
			"Cloudflare names no service for this binding (it may be regional), so unbind couldn't restore it from its record.",
		check: ({ binding }) => (binding.serviceId === null ? { missing: "service_id" } : null),
	},
	leaves_no_service: {
		sentence: "Some addresses would be left without a service.",
		check: ({ effect }) => (effect.without_service.total === 0 ? null : { cidrs: effect.without_service.cidrs }),
	},
	still_provisioning: {
		sentence: "This binding is still provisioning.",
		check: ({ binding }) =>
			binding.provisioningState === "active" ? null : { provisioning_state: binding.provisioningState },
	},
	advertised: {
		sentence: "Cloudflare announces this binding's addresses right now.",
		check({ binding, bgpPrefixes }) {
			const parts = announcedIn(binding.range, bgpPrefixes ?? []);
			return parts.length === 0 ? null : { announced: parts.slice(0, keptInRecordAtMost).map(({ cidr }) => cidr) };
		},
		unknown: ({ effect, policy }) =>
			policy.levels.advertised !== "pass" && effect.advertised === null ? { advertised: null } : null,
	},
	no_reason: {
		sentence: "No reason was given. Add one.",
		check: ({ reason }) => (reason === null ? {} : null),
	},
};

/** A protected range inside the binding loses its service too, unless a more specific binding covers all of it. */
const isMoved = (range: Cidr, binding: LiveBinding, effect: Effect): boolean =>
	contains(binding.range, range) &&
	!effect.unaffected.some(({ cidr }) => {
		const kept = parseCidr(cidr);
		return kept.ok && contains(kept.value, range);
	});

/** The risks that the caller acknowledged and that an approver approved. */
interface Agreed {
	acknowledged: readonly string[];
	approved: readonly GuardName[];
}

/** Every guard's verdict, in the table's order. */
export function verdictsOf(facts: Facts, agreed: Agreed): Verdict[] {
	return guardNames.map((guard) => {
		const { check, unknown } = guards[guard];
		const evidence = check(facts);
		if (evidence === null) return { guard, verdict: "pass", ...unknown?.(facts) };
		const verdict: Verdict = { guard, verdict: facts.policy.levels[guard], ...evidence };
		if (verdict.verdict === "acknowledge" && agreed.acknowledged.includes(guard)) verdict.acknowledged = true;
		if (verdict.verdict === "approve" && agreed.approved.includes(guard)) verdict.approved = true;
		return verdict;
	});
}

export const sentenceOf = (guard: GuardName): string => guards[guard].sentence;

/** "Cloudflare announces 203.0.113.0/24 right now." */
export function announcedInWords({ announced }: Verdict): string {
	const cidrs = Array.isArray(announced) ? announced.filter((one) => typeof one === "string") : [];
	const [first, ...others] = cidrs;
	if (first === undefined) return sentenceOf("advertised");
	if (others.length === 0) return `Cloudflare announces ${first} right now.`;
	return `Cloudflare announces ${first} and ${others.length} more ${others.length === 1 ? "range" : "ranges"} of the prefix right now.`;
}

/** The sentence of a guard that refuses; for the budget, with its numbers. */
export function refusalInWords(refusal: Verdict, nowMs: number): string {
	const { guard, deletions, limit, window_minutes: minutes, retry_after_seconds: seconds } = refusal;
	if (guard === "advertised") return announcedInWords(refusal);
	if (guard !== "budget" || typeof deletions !== "number" || typeof seconds !== "number") return sentenceOf(guard);
	const nextMs = Math.ceil((nowMs + seconds * 1000) / 60_000) * 60_000;
	const next = new Date(nextMs).toISOString().slice(11, 16);
	return `${deletions} of ${limit} deletions used in ${minutes} minutes. The next one is possible at ${next} UTC.`;
}
