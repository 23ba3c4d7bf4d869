// Each safety rule: a pure function from the facts to its evidence, or to null where there is nothing to fear. What a
// risk leads to is its level; that no level is skipped is `decide`'s one job. No rule knows who called, nor how.
import { createHash } from "node:crypto";
import { type Cidr, contains } from "./cidr.ts";
import type { Json } from "./deletion.ts";
import type { Effect } from "./effect.ts";
import type { LiveBinding } from "./find.ts";
import type { Binding } from "./ports.ts";

export const guardNames = [
	"out_of_range",
	"changed",
	"not_restorable",
	"leaves_no_service",
	"still_provisioning",
	"no_reason",
] as const;
export type GuardName = (typeof guardNames)[number];

/** `acknowledge`: the caller has to name the risk. The heaviest verdict decides. */
export type Level = "pass" | "acknowledge" | "refuse";

export interface Verdict {
	guard: GuardName;
	verdict: Level;
	/** The caller has named this risk. */
	acknowledged?: true;
	[evidence: string]: Json | undefined;
}

export interface Facts {
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
	level: Level;
	/** What is the matter, and what would have to change. */
	sentence: string;
	check(facts: Facts): Evidence | null;
}

/** In the order in which they are shown; the first that refuses gives the refusal its name. */
const guards: Record<GuardName, Guard> = {
	out_of_range: {
		level: "refuse",
		sentence: "The binding lies outside the ranges in which this actor may delete.",
		check: ({ binding, ranges }) =>
			ranges === null || ranges.some((range) => contains(range, binding.range))
				? null
				: { cidr: binding.cidr, ranges: ranges.map((range) => range.text) },
	},
	changed: {
		level: "refuse",
		sentence: "The prefix has changed since the plan that If-Match names. Look at the plan again.",
		check({ binding, all, ifMatch }) {
			const now = snapshotTag(binding, all);
			if (ifMatch === null || ifMatch.includes(now)) return null;
			const [self] = now.split(".");
			const sameSelf = ifMatch.some((tag) => tag.split(".")[0] === self);
			return { changed: sameSelf ? "siblings" : "binding", expected: [...ifMatch], now };
		},
	},
	not_restorable: {
		level: "refuse",
		sentence: "The binding names no service (it may be a regional one), so it could not be restored from its record.",
		check: ({ binding }) => (binding.serviceId === null ? { missing: "service_id" } : null),
	},
	leaves_no_service: {
		level: "acknowledge",
		sentence: "Addresses would be left without any service.",
		check: ({ effect }) => (effect.without_service.total === 0 ? null : { cidrs: effect.without_service.cidrs }),
	},
	still_provisioning: {
		level: "acknowledge",
		sentence: "The binding is not active yet; Cloudflare is still working on it.",
		check: ({ binding }) =>
			binding.provisioningState === "active" ? null : { provisioning_state: binding.provisioningState },
	},
	no_reason: {
		level: "pass",
		sentence: "No reason was given.",
		check: ({ reason }) => (reason === null ? {} : null),
	},
};

export const sentenceOf = (guard: GuardName): string => guards[guard].sentence;

/** Every guard's verdict, in the table's order. */
export function judge(facts: Facts, acknowledged: readonly string[]): Verdict[] {
	return guardNames.map((guard) => {
		const evidence = guards[guard].check(facts);
		if (evidence === null) return { guard, verdict: "pass" };
		const verdict: Verdict = { guard, verdict: guards[guard].level, ...evidence };
		return verdict.verdict === "acknowledge" && acknowledged.includes(guard)
			? { ...verdict, acknowledged: true }
			: verdict;
	});
}

export type Decision =
	| { would: "delete" }
	| { would: "refuse"; by: Verdict }
	/** It would be carried out if the caller named these risks too. */
	| { would: "ask"; unacknowledged: GuardName[] };

export function decide(verdicts: readonly Verdict[]): Decision {
	const refusal = verdicts.find((verdict) => verdict.verdict === "refuse");
	if (refusal !== undefined) return { would: "refuse", by: refusal };
	const open = verdicts.filter((verdict) => verdict.verdict === "acknowledge" && verdict.acknowledged !== true);
	return open.length > 0 ? { would: "ask", unacknowledged: open.map((verdict) => verdict.guard) } : { would: "delete" };
}

/** A short name of what was looked at, in two parts: the binding, and its siblings. Both stand in a plan's ETag. */
export function snapshotTag(binding: Binding, all: readonly Binding[]): string {
	const describe = (one: Binding) => [one.id, one.cidr, one.serviceId, one.provisioningState];
	const digest = (value: Json) => createHash("sha256").update(JSON.stringify(value)).digest("hex").slice(0, 16);
	const siblings = all.filter((one) => one.id !== binding.id).map((one) => describe(one).join("|"));
	return `${digest(describe(binding))}.${digest(siblings.toSorted())}`;
}
