// What a guard says of a deletion, and what all of them say together.
import type { Json } from "./json.ts";

/** In the order in which they are shown; the first that refuses gives the refusal its name. */
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
	"no_reason",
] as const;
export type GuardName = (typeof guardNames)[number];

/** `acknowledge`: the caller has to name the risk. `approve`: another person has to agree. The heaviest decides. */
export const levels = ["pass", "acknowledge", "approve", "refuse"] as const;
export type Level = (typeof levels)[number];

export interface Verdict {
	guard: GuardName;
	verdict: Level;
	/** The caller has named this risk. */
	acknowledged?: true;
	/** Another person has agreed to it. */
	approved?: true;
	[evidence: string]: Json | undefined;
}

export type Decision =
	| { would: "delete" }
	| { would: "refuse"; by: Verdict }
	/** It would go on if the caller named these risks too. */
	| { would: "ask"; unacknowledged: GuardName[] }
	| { would: "wait_for_approval"; unapproved: GuardName[] };

export function decide(verdicts: readonly Verdict[]): Decision {
	const refusal = verdicts.find((verdict) => verdict.verdict === "refuse");
	if (refusal !== undefined) return { would: "refuse", by: refusal };
	const open = (level: Level) => verdicts.filter((one) => one.verdict === level && !one.acknowledged && !one.approved);
	const unacknowledged = open("acknowledge").map(({ guard }) => guard);
	if (unacknowledged.length > 0) return { would: "ask", unacknowledged };
	const unapproved = open("approve").map(({ guard }) => guard);
	return unapproved.length > 0 ? { would: "wait_for_approval", unapproved } : { would: "delete" };
}
