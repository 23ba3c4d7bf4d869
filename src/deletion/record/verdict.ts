// What a guard says about a deletion, and what all of them decide together.
import type { Json } from "./json.ts";

/** In display order; a refusal gets its code from the first guard that refuses. */
export const guardNames = [
	"frozen",
	"protected",
	"out_of_range",
	"budget",
	"breadth",
	"changed",
	"last_binding",
	"not_restorable",
	"leaves_no_service",
	"still_provisioning",
	"advertised",
	"no_reason",
] as const;
export type GuardName = (typeof guardNames)[number];

/** `acknowledge`: the caller has to name the risk. `approve`: another person has to approve. The strictest one wins. */
export const levels = ["pass", "acknowledge", "approve", "refuse"] as const;
export type Level = (typeof levels)[number];

export interface Verdict {
	guard: GuardName;
	verdict: Level;
	/** The caller has acknowledged this risk. */
	acknowledged?: true;
	/** Another person has approved it. */
	approved?: true;
	[evidence: string]: Json | undefined;
}

export type Decision =
	| { would: "delete" }
	| { would: "refuse"; by: Verdict }
	/** Refused, but it would go ahead if the caller acknowledged these risks. */
	| { would: "need_acknowledgement"; unacknowledged: GuardName[] }
	| { would: "wait_for_approval"; unapproved: GuardName[] };

export function decide(verdicts: readonly Verdict[]): Decision {
	const refusal = verdicts.find((verdict) => verdict.verdict === "refuse");
	if (refusal !== undefined) return { would: "refuse", by: refusal };
	const open = (level: Level) => verdicts.filter((one) => one.verdict === level && !one.acknowledged && !one.approved);
	const unacknowledged = open("acknowledge").map(({ guard }) => guard);
	if (unacknowledged.length > 0) return { would: "need_acknowledgement", unacknowledged };
	const unapproved = open("approve").map(({ guard }) => guard);
	return unapproved.length > 0 ? { would: "wait_for_approval", unapproved } : { would: "delete" };
}
