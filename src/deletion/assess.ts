// What deleting a found binding would do, and what the guards say of it. The plan shows it, a deletion acts on it; so
// what was shown is what is done.
import { type Cidr, parseCidr } from "./cidr.ts";
import type { BindingSnapshot } from "./deletion.ts";
import { type BoundRange, type Effect, effectOf } from "./effect.ts";
import type { Found } from "./find.ts";
import { judge, snapshotTag, type Verdict } from "./guards.ts";
import type { Binding } from "./ports.ts";

export interface Assessment {
	binding: BindingSnapshot;
	effect: Effect;
	guards: Verdict[];
	/** Names what was looked at; a plan's ETag, and what `If-Match` is held against. */
	snapshot: string;
}

export interface AssessmentTerms {
	reason: string | null;
	acknowledge: readonly string[];
	ifMatch: readonly string[] | null;
	/** Where the actor may delete; null is everywhere. */
	ranges: readonly string[] | null;
}

/** @param gone ids of the prefix's bindings that are going, or went after the list was asked for. */
export function assess(found: Found, gone: ReadonlySet<string>, terms: AssessmentTerms, accountId: string): Assessment {
	const { binding, prefixId } = found;
	const all = found.all.filter((one) => one.id === binding.id || !gone.has(one.id));
	const effect = effectOf(
		{ id: binding.id, range: binding.range, serviceName: binding.serviceName },
		all.flatMap(boundRange),
	);
	return {
		binding: {
			account_id: accountId,
			prefix_id: prefixId,
			id: binding.id,
			cidr: binding.cidr,
			service_id: binding.serviceId,
			service_name: binding.serviceName,
			provisioning: binding.provisioningState === null ? null : { state: binding.provisioningState },
		},
		effect,
		guards: judge(
			{ binding, all, effect, reason: terms.reason, ranges: cidrsOf(terms.ranges), ifMatch: terms.ifMatch },
			terms.acknowledge,
		),
		snapshot: snapshotTag(binding, all),
	};
}

/** Ranges as the configuration checked them; one that cannot be read allows nothing. */
export const cidrsOf = (ranges: readonly string[] | null): Cidr[] | null =>
	ranges?.flatMap((text) => {
		const cidr = parseCidr(text);
		return cidr.ok ? [cidr.value] : [];
	}) ?? null;

const boundRange = ({ id, range, serviceName }: Binding): BoundRange[] =>
	range === null ? [] : [{ id, range, serviceName }];
