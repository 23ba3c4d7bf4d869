// What a deletion would do, shown before. Looks up and judges like a deletion, and leaves no trace.
import type { Actor } from "./admit.ts";
import { type Assessment, assess } from "./assess.ts";
import type { Directory } from "./directory.ts";
import { decide, type GuardName } from "./guards.ts";
import { type LookUpFailure, locate } from "./locate.ts";
import type { Ports } from "./ports.ts";
import { ok, type Result } from "./result.ts";
import type { Target } from "./target.ts";

export interface PlanQuery {
	actor: Actor;
	target: Target;
	reason: string | null;
	acknowledge: readonly string[];
	ifMatch: readonly string[] | null;
}

export interface Plan extends Assessment {
	would: "delete" | "refuse";
	/** The risks that the caller has to name for it to be carried out. */
	acknowledge: GuardName[];
}

export async function plan(query: PlanQuery, ports: Ports, directory: Directory): Promise<Result<Plan, LookUpFailure>> {
	const found = await locate(query.target, ports, directory);
	if (!found.ok) return found;
	const gone = ports.journal.goneSince(found.value.prefixId, found.value.askedAtMs);
	const assessment = assess(found.value, gone, { ...query, ranges: query.actor.ranges }, ports.accountId);
	const risks = assessment.guards.filter((verdict) => verdict.verdict === "acknowledge");
	return ok({
		...assessment,
		would: decide(assessment.guards).would === "refuse" ? "refuse" : "delete",
		acknowledge: risks.map((verdict) => verdict.guard),
	});
}
