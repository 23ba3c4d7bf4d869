// Each safety rule: a pure function from the facts to its evidence, or to null where there is nothing to fear. What a
// risk leads to is its level, which the policy says. No rule knows through which door the request came.

import type { Binding, LiveBinding } from "../address/binding.ts";
import { type Cidr, contains, parseCidr } from "../address/cidr.ts";
import { sameId } from "../address/cloudflare-id.ts";
import type { Effect } from "../record/effect.ts";
import type { Json } from "../record/json.ts";
import { snapshotTag } from "../record/snapshot.ts";
import { type GuardName, guardNames, type Verdict } from "../record/verdict.ts";
import { budgetOf, secondsUntilItLeaves } from "./budget.ts";
import type { Freeze } from "./freeze.ts";
import type { Policy } from "./policy.ts";

/** When the deletions that did not fail were begun, oldest first: on the account, and in the prefix. */
export interface Pace {
	account: readonly number[];
	prefix: readonly number[];
}

export interface Facts {
	nowMs: number;
	policy: Policy;
	freeze: Freeze | null;
	/** What was begun in the budget's window, what is in flight included, this deletion not. */
	pace: Pace;
	prefixId: string;
	binding: LiveBinding;
	/** The prefix's bindings as they will stand when this deletion is carried out, the binding itself included. */
	all: readonly Binding[];
	effect: Effect;
	reason: string | null;
	/** Where this actor may delete; null is everywhere. */
	ranges: readonly Cidr[] | null;
	/** Snapshot tags of which one has to be true still; null where the caller named none. */
	ifMatch: readonly string[] | null;
}

type Evidence = { [name: string]: Json };
interface Guard {
	/** What is the matter, and what would have to change. */
	sentence: string;
	check(facts: Facts): Evidence | null;
}

const unlimitedFreezeRetrySeconds = 300;

const guards: Record<GuardName, Guard> = {
	frozen: {
		sentence: "Deletions are frozen. Ask again when the freeze is lifted.",
		check({ freeze, nowMs }) {
			if (freeze === null) return null;
			const leftMs = freeze.until === null ? null : Date.parse(freeze.until) - nowMs;
			const seconds = leftMs === null ? unlimitedFreezeRetrySeconds : Math.max(1, Math.ceil(leftMs / 1000));
			return { freeze_reason: freeze.reason, by: freeze.by.name, until: freeze.until, retry_after_seconds: seconds };
		},
	},
	protected: {
		sentence: "The binding is protected by the configuration. Take it off the list first.",
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
		sentence: "The binding lies outside the ranges in which this actor may delete.",
		check: ({ binding, ranges }) =>
			ranges === null || ranges.some((range) => contains(range, binding.range))
				? null
				: { cidr: binding.cidr, ranges: ranges.map((range) => range.text) },
	},
	budget: {
		sentence: "Too many deletions on this account in too short a time. Ask again when some have left the window.",
		check({ pace, policy, nowMs }) {
			const { limit, left, window_minutes, next_in_seconds } = budgetOf(pace.account, policy.budget, nowMs);
			if (left > 0) return null;
			return { deletions: pace.account.length, limit, window_minutes, retry_after_seconds: next_in_seconds };
		},
	},
	breadth: {
		sentence: "More than half of the prefix's bindings would be gone within the window. Ask again when it has passed.",
		check({ pace, policy, all, nowMs }) {
			const earlier = pace.prefix.length;
			const of = earlier + all.length;
			const gone = earlier + 1;
			if (earlier === 0 || gone * 2 <= of) return null;
			// So many of them may still be in the window when this one is at most half, or the first.
			const mayStay = Math.max(0, all.length - 2);
			const lastMs = pace.prefix[earlier - mayStay - 1] ?? nowMs;
			const { windowMinutes } = policy.budget;
			const seconds = secondsUntilItLeaves(lastMs, windowMinutes, nowMs);
			return { gone, of, window_minutes: windowMinutes, retry_after_seconds: seconds };
		},
	},
	changed: {
		sentence: "The prefix has changed since the plan that If-Match names. Look at the plan again.",
		check({ binding, all, ifMatch }) {
			const now = snapshotTag(binding, all);
			if (ifMatch === null || ifMatch.includes(now)) return null;
			const [self] = now.split(".");
			const sameSelf = ifMatch.some((tag) => tag.split(".")[0] === self);
			return { changed: sameSelf ? "siblings" : "binding", expected: [...ifMatch], now };
		},
	},
	last_binding: {
		sentence: "It is the prefix's last binding; a prefix without one cannot be advertised.",
		check: ({ all, prefixId }) => (all.length > 1 ? null : { prefix_id: prefixId }),
	},
	not_restorable: {
		sentence: "The binding names no service (it may be a regional one), so it could not be restored from its record.",
		check: ({ binding }) => (binding.serviceId === null ? { missing: "service_id" } : null),
	},
	leaves_no_service: {
		sentence: "Addresses would be left without any service.",
		check: ({ effect }) => (effect.without_service.total === 0 ? null : { cidrs: effect.without_service.cidrs }),
	},
	still_provisioning: {
		sentence: "The binding is not active yet; Cloudflare is still working on it.",
		check: ({ binding }) =>
			binding.provisioningState === "active" ? null : { provisioning_state: binding.provisioningState },
	},
	no_reason: {
		sentence: "No reason was given. Send one: reason=…",
		check: ({ reason }) => (reason === null ? {} : null),
	},
};

/** A protected range inside the binding moves with it, unless a more specific binding keeps all of it. */
const isMoved = (range: Cidr, binding: LiveBinding, effect: Effect): boolean =>
	contains(binding.range, range) &&
	!effect.unaffected.some(({ cidr }) => {
		const kept = parseCidr(cidr);
		return kept.ok && contains(kept.value, range);
	});

/** What has been agreed to: by the caller, by naming risks, and by an approver. */
export interface Agreed {
	acknowledged: readonly string[];
	approved: readonly GuardName[];
}

/** Every guard's verdict, in the table's order. */
export function judge(facts: Facts, agreed: Agreed): Verdict[] {
	return guardNames.map((guard) => {
		const evidence = guards[guard].check(facts);
		if (evidence === null) return { guard, verdict: "pass" };
		const verdict: Verdict = { guard, verdict: facts.policy.levels[guard], ...evidence };
		if (verdict.verdict === "acknowledge" && agreed.acknowledged.includes(guard)) verdict.acknowledged = true;
		if (verdict.verdict === "approve" && agreed.approved.includes(guard)) verdict.approved = true;
		return verdict;
	});
}

export const sentenceOf = (guard: GuardName): string => guards[guard].sentence;
