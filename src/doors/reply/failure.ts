// Turns the Ledger's refusals into problems: one table for every door that answers with problems.

import type { FreezeRefusal } from "../../deletion/judgement/freeze.ts";
import type { LookUpFailure } from "../../deletion/lookup/look-up.ts";
import type { RestorationsRefusal } from "../../deletion/restorations/restorations.ts";
import type { RestorationRefusal } from "../../deletion/steps/begin-restoration.ts";
import type { Rejection } from "../../deletion/steps/command.ts";
import type { LifecycleFailure } from "../../deletion/steps/decisions.ts";
import type { ResolutionRefusal } from "../../deletion/steps/resolution.ts";
import type { NotificationRefusal } from "../../notify/delivery.ts";
import { type Unreachable, unreachable } from "../ledger-client.ts";
import { shownFreeze } from "./freeze.ts";
import { type Problem, problem, retryAfter } from "./problem.ts";

export type LedgerFailure =
	| Unreachable
	| LookUpFailure
	| LifecycleFailure
	| RestorationRefusal
	| RestorationsRefusal
	| ResolutionRefusal
	| FreezeRefusal
	| NotificationRefusal
	| Rejection;

/** @param about members added to the problem, such as the id of the record. */
export function failureProblem(failure: LedgerFailure, about: { deletion_id?: string } = {}): Problem {
	const { code, detail } = failure;
	const seconds = "retry_after_seconds" in failure ? failure.retry_after_seconds : undefined;
	const refused = (evidence: { [member: string]: unknown } = {}) =>
		problem(code, detail, evidence, seconds === undefined ? {} : retryAfter(seconds));
	switch (failure.code) {
		case "conflict":
			return refused(
				"freeze" in failure ? { freeze: shownFreeze(failure.freeze) } : { ...about, deletion: failure.deletion },
			);
		case "binding_conflict":
			return refused({ ...about, binding_id: failure.binding.id });
		case "too_early":
		case "too_many_restorations":
		case "rate_limited":
		case "out_of_range":
		case "self_approval":
		case "not_restorable":
		case "prefix_not_approved":
			return refused(about);
		case "idempotency_key_reused":
			return refused({ deletion_id: failure.deletion_id });
		case "scope_missing":
			return refused({ actor: failure.actor });
		case "invalid_target":
			return refused(failure.bindings === undefined ? {} : { bindings: failure.bindings });
		case "binding_not_found":
			return refused(failure.last_deletion === undefined ? {} : { last_deletion: failure.last_deletion });
		case "cloudflare_refused":
		case "credential_rejected":
		case "cloudflare_unavailable":
			return refused({ cloudflare: failure.answer });
		case "ledger_unreachable":
		case "history_unreadable":
		case "deletion_not_found":
		case "not_found":
		case "destination_closed":
		case "invalid_request":
		case "misconfigured":
			return refused();
		default:
			failure satisfies never;
			// During a roll-out the Ledger may be of another release, and give a reason that this one does not know. Version 0.1.0
			// gave the freeze in force, without a code.
			return problem(
				"conflict",
				"unbind is being updated and refused this. Try again in a minute.",
				about,
				retryAfter(60),
			);
	}
}

export const unreachableProblem = failureProblem(unreachable);

export const tooManyReads = problem(
	"too_many_reads",
	"Too many of your reads are in progress. Try again in a second.",
	{},
	retryAfter(1),
);
