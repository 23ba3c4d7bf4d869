// What deleting a binding would do, and what the guards say about it. The plan shows the assessment and the deletion acts
// on it, so you get what you were shown.

import { advertisedIn } from "../address/bgp-prefix.ts";
import type { Binding } from "../address/binding.ts";
import { cidrsOf } from "../address/cidr.ts";
import { plainId } from "../address/cloudflare-id.ts";
import { lagMs } from "../limits.ts";
import type { LookedUp } from "../lookup/look-up.ts";
import type { Ports, Terms } from "../ports.ts";
import type { BindingSnapshot } from "../record/deletion.ts";
import { digestOf } from "../record/digest.ts";
import { type BoundRange, type Effect, effectOf } from "../record/effect.ts";
import type { Json } from "../record/json.ts";
import type { Verdict } from "../record/verdict.ts";
import { type Budget, budgetOf } from "./budget.ts";
import { verdictsOf } from "./guards.ts";

export interface Assessment {
	binding: BindingSnapshot;
	effect: Effect;
	guards: Verdict[];
}

/**
 * Reads from the journal what is in flight, so the caller must not `await` between this call and keeping the result.
 * Siblings that are being deleted, or were deleted after the list was requested, count as gone.
 * @returns the assessment; the snapshot tag: the plan's ETag, which `If-Match` is compared with; and the budget.
 */
export function assess(
	found: LookedUp,
	terms: Terms,
	reason: string | null,
	ports: Ports,
): { assessment: Assessment; snapshot: string; budget: Budget } {
	const { binding, prefixId, askedAtMs, bgpPrefixes } = found;
	const { journal, policy } = ports;
	const nowMs = ports.now();
	const gone = journal.goneSince(prefixId, askedAtMs - lagMs);
	const all = found.all.filter((one) => one.id === binding.id || !gone.has(plainId(one.id)));
	const deleted = { id: binding.id, range: binding.range, serviceName: binding.serviceName };
	const effect: Effect = {
		...effectOf(deleted, all.flatMap(boundRange)),
		advertised: advertisedIn(binding.range, bgpPrefixes),
	};
	const snapshot = snapshotTag(binding, all);
	const facts = {
		nowMs,
		policy,
		freeze: journal.freeze(),
		pace: journal.pace(prefixId, nowMs - policy.budget.windowMinutes * 60_000),
		prefixId,
		binding,
		all,
		snapshot,
		bgpPrefixes,
		effect,
		reason,
		ranges: cidrsOf(terms.ranges),
		ifMatch: terms.ifMatch,
	};
	return {
		assessment: {
			binding: {
				account_id: ports.accountId,
				prefix_id: prefixId,
				id: binding.id,
				cidr: binding.cidr,
				service_id: binding.serviceId,
				service_name: binding.serviceName,
				provisioning: binding.provisioningState === null ? null : { state: binding.provisioningState },
			},
			effect,
			guards: verdictsOf(facts, { acknowledged: terms.acknowledge, approved: terms.approved }),
		},
		snapshot,
		budget: budgetOf(facts.pace.account, policy.budget, nowMs),
	};
}

/** Now, with what is in flight. */
export function presentBudget({ journal, policy, now }: Ports): Budget {
	const nowMs = now();
	const { deletions, windowMinutes } = policy.budget;
	// More than the limit would change nothing.
	return budgetOf(journal.begunSince(nowMs - windowMinutes * 60_000, deletions), policy.budget, nowMs);
}

const boundRange = ({ id, range, serviceName }: Binding): BoundRange[] =>
	range === null ? [] : [{ id, range, serviceName }];

/** A digest of what was looked at, in two parts: the binding, and its siblings. A plan's ETag has both. */
export function snapshotTag(binding: Binding, all: readonly Binding[]): string {
	const describe = (one: Binding) => [one.id, one.cidr, one.serviceId, one.provisioningState];
	const digest = (value: Json) => digestOf(JSON.stringify(value)).slice(0, 16);
	const siblings = all.filter((one) => one.id !== binding.id).map((one) => JSON.stringify(describe(one)));
	return `${digest(describe(binding))}.${digest(siblings.toSorted())}`;
}
