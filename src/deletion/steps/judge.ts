// Judges a deletion by the guards: it is refused, waits for approval, waits for its time, or is carried out. A new deletion
// and one that has waited are judged alike.

import { assess } from "../judgement/assess.ts";
import { refusalInWords, sentenceOf } from "../judgement/guards.ts";
import { lookAfterMs } from "../limits.ts";
import type { LookedUp } from "../lookup/look-up.ts";
import type { OpenDeletion, Ports, Terms } from "../ports.ts";
import { at, type Deletion, settle, withEvent } from "../record/deletion.ts";
import { notYetSent } from "../record/progress.ts";
import { type Decision, decide } from "../record/verdict.ts";

type Judged = { settled: Deletion } | { open: OpenDeletion; dueAtMs: number };

/**
 * Judges a deletion whose binding was looked up. Nothing is stored yet, and the caller must not `await` before it stores the
 * result.
 */
export function judgeFound(
	{ deletion, terms }: Pick<OpenDeletion, "deletion" | "terms">,
	found: LookedUp,
	ports: Ports,
): Judged {
	const { assessment } = assess(found, terms, deletion.reason, ports);
	return nextStepOf({ ...withEvent(deletion, ports.now(), "planned"), ...assessment }, terms, ports);
}

/** @param judged the deletion with its verdicts. */
export function nextStepOf(judged: Deletion, terms: Terms, ports: Ports): Judged {
	const nowMs = ports.now();
	const decision = decide(judged.guards);
	const open = (deletion: Deletion, dueAtMs: number): Judged => ({
		open: { deletion, terms, progress: notYetSent(nowMs) },
		dueAtMs,
	});
	const startsAtMs = judged.not_before === null ? nowMs : Date.parse(judged.not_before);
	switch (decision.would) {
		case "refuse":
		case "need_acknowledgement":
			return { settled: settle(judged, nowMs, "refused", refusal(decision, nowMs)) };
		case "wait_for_approval": {
			// An approval covers the risks it was asked for. A new risk needs a new request.
			if (judged.approval !== null) return { settled: settle(judged, nowMs, "refused", newRisk(decision.unapproved)) };
			const expiresAtMs = nowMs + ports.policy.approvalMinutes * 60_000;
			const approval = {
				state: "pending" as const,
				guards: decision.unapproved,
				requested_at: at(nowMs),
				expires_at: at(expiresAtMs),
				decided_at: null,
				decided_by: null,
			};
			const asked = withEvent(judged, nowMs, "approval_requested", { guards: decision.unapproved });
			return open({ ...asked, state: "pending_approval", approval }, expiresAtMs);
		}
		case "delete":
			return startsAtMs > nowMs
				? open(
						{ ...withEvent(judged, nowMs, "scheduled", { not_before: at(startsAtMs) }), state: "scheduled" },
						startsAtMs,
					)
				: open({ ...judged, state: "deleting" }, nowMs + lookAfterMs);
	}
}

function refusal(
	decision: Decision & { would: "refuse" | "need_acknowledgement" },
	nowMs: number,
): NonNullable<Deletion["failure"]> {
	if (decision.would === "need_acknowledgement") {
		const { unacknowledged: risks } = decision;
		const detail = `${risks.map(sentenceOf).join(" ")} To delete it anyway, acknowledge ${risks.join(" and ")}.`;
		return { code: "acknowledgement_required", detail };
	}
	const { guard, retry_after_seconds } = decision.by;
	const retry = typeof retry_after_seconds === "number" ? { retry_after_seconds } : {};
	return { code: guard, detail: refusalInWords(decision.by, nowMs), ...retry };
}

function newRisk([guard = "changed", ...others]: Deletion["guards"][number]["guard"][]): NonNullable<
	Deletion["failure"]
> {
	const all = [guard, ...others].join(", ");
	return {
		code: guard,
		detail: `A new risk appeared after the approval: ${all}. ${sentenceOf(guard)} Request the deletion again.`,
	};
}

/** The record of a deletion whose requester has lost the scope since. */
export function noLongerAllowed(deletion: Deletion, nowMs: number): Deletion {
	const detail = `The configuration no longer lets ${deletion.actor.name} delete. Nothing was sent.`;
	return settle(deletion, nowMs, "refused", { code: "scope_missing", detail });
}
