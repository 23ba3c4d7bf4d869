// Shows what a deletion would do. Looks up and judges as a deletion does, and leaves no trace.

import type { Target } from "../address/target.ts";
import type { Directory } from "../lookup/directory.ts";
import { sparing } from "../lookup/find.ts";
import { type LookUpFailure, lookUp } from "../lookup/look-up.ts";
import { visibleTo } from "../lookup/visible.ts";
import type { Ports } from "../ports.ts";
import type { Actor } from "../record/actor.ts";
import { decide, type GuardName } from "../record/verdict.ts";
import { fail, ok, type Result } from "../result.ts";
import { type Assessment, assess } from "./assess.ts";
import type { Budget } from "./budget.ts";
import { sentenceOf } from "./guards.ts";

export interface PlanQuery {
	actor: Actor;
	target: Target;
	reason: string | null;
	acknowledge: readonly string[];
	ifMatch: readonly string[] | null;
}

export interface Plan extends Assessment {
	snapshot: string;
	/** Without this deletion. A Ledger of the release before gives none. */
	budget?: Budget;
	would: "delete" | "wait_for_approval" | "refuse";
	/** The risks the caller has to acknowledge for the deletion to go ahead. */
	acknowledge: GuardName[];
}

const outside = { code: "out_of_range" as const, detail: sentenceOf("out_of_range") };

export async function plan(query: PlanQuery, ports: Ports, directory: Directory): Promise<Result<Plan, LookUpFailure>> {
	// Callers who may delete get the full rate limit: in chat and on the page, every deletion starts with a plan.
	const { cloudflare } = ports;
	const looksOnly = !query.actor.scopes.includes("delete");
	const reading = { ...ports, cloudflare: looksOnly ? sparing(cloudflare) : cloudflare };
	const visible = visibleTo(query.actor);
	if (query.target.kind === "cidr" && !visible.cidr(query.target.cidr.text)) return fail(outside);
	const found = await lookUp(query.target, reading, directory, null, visible);
	if (!found.ok) return found;
	if (!visible.cidr(found.value.binding.cidr)) return fail(outside);
	const terms = { ...query, ranges: query.actor.ranges, approved: [] };
	const { assessment, snapshot, budget } = assess(found.value, terms, query.reason, ports);
	const { guards } = assessment;
	const risks = guards.filter((verdict) => verdict.verdict === "acknowledge").map((verdict) => verdict.guard);
	// As if the caller acknowledged every risk: `acknowledge` lists them.
	const { would } = decide(guards.filter((verdict) => verdict.verdict !== "acknowledge"));
	return ok({
		...assessment,
		snapshot,
		budget,
		would: would === "need_acknowledgement" ? "delete" : would,
		acknowledge: risks,
	});
}
