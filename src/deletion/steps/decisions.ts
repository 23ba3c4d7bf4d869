// What people can decide about a deletion that has not been carried out: approve it, reject it, cancel it. Everything
// here is synchronous, so of two decisions at the same time one comes first.

import { isWithin } from "../address/cidr.ts";
import type { Ports } from "../ports.ts";
import { type Actor, missingScope, partyOf, type ScopeMissing, sameName } from "../record/actor.ts";
import { type Approval, at, type Deletion, settle, withEvent } from "../record/deletion.ts";
import { stateInWords } from "../record/in-words.ts";
import { fail, ok, type Result } from "../result.ts";
import { expire } from "./waiting.ts";

/** The record may be in KV, which can't be read. */
export interface HistoryUnreadable {
	code: "history_unreadable";
	detail: string;
	retry_after_seconds: number;
}

/** Why a decision or a cancellation is refused. */
export type LifecycleFailure =
	| ScopeMissing
	| HistoryUnreadable
	| { code: "deletion_not_found" | "out_of_range" | "self_approval"; detail: string }
	/** Too late: the record says what has happened instead. */
	| { code: "conflict"; detail: string; deletion: Deletion };

export const noSuchRecord = { code: "deletion_not_found" as const, detail: "There is no deletion with this id." };

/**
 * Approves or rejects. Repeating your own decision changes nothing and succeeds; any other late decision is a conflict.
 * An approved deletion becomes a scheduled one, whose time may have come.
 */
export function decideApproval(
	deletion: Deletion | null,
	decision: "approve" | "reject",
	actor: Actor,
	ports: Ports,
): Result<Deletion, LifecycleFailure> {
	const { journal, now } = ports;
	if (deletion === null) return fail(noSuchRecord);
	if (!actor.scopes.includes("approve")) return fail(missingScope(actor, "approve"));
	if (sameName(deletion.actor.name, actor.name)) {
		return fail({
			code: "self_approval",
			detail:
				decision === "approve"
					? "You can't approve a deletion you requested. Someone else has to."
					: "You can't reject a deletion you requested. Cancel it instead.",
		});
	}
	const refused = outOfRange(deletion, actor);
	if (refused !== null) return fail(refused);

	const verdict = decision === "approve" ? ("approved" as const) : ("rejected" as const);
	const open = journal.open(deletion.id);
	if (open !== null && open.deletion.state === "pending_approval") expire(open, ports);
	const present = journal.open(deletion.id);
	if (present === null || present.deletion.state !== "pending_approval" || present.deletion.approval === null) {
		const latest = journal.get(deletion.id) ?? deletion;
		const { approval } = latest;
		if (approval?.state === verdict && approval.decided_by !== null && sameName(approval.decided_by.name, actor.name))
			return ok(latest);
		return fail({
			code: "conflict",
			detail: `This deletion isn't waiting for approval: ${stateInWords(latest)}.`,
			deletion: latest,
		});
	}

	const approval: Approval = {
		...present.deletion.approval,
		state: verdict,
		decided_at: at(now()),
		decided_by: partyOf(actor),
	};
	const decided = { ...withEvent(present.deletion, now(), verdict, { by: actor.name, door: actor.door }), approval };
	if (decision === "reject") {
		const failure = { code: "approval_rejected" as const, detail: `${actor.name} rejected this deletion.` };
		const rejected = settle(decided, now(), "refused", failure);
		journal.storeSettled(rejected);
		return ok(rejected);
	}
	const scheduled: Deletion = { ...decided, state: "scheduled" };
	const terms = { ...present.terms, approved: approval.guards };
	journal.storeOpen(
		{ ...present, deletion: scheduled, terms },
		Math.max(now(), Date.parse(decided.not_before ?? at(now()))),
	);
	return ok(scheduled);
}

/** Cancels a deletion before anything is sent. Doing it twice changes nothing. */
export function cancel(deletion: Deletion | null, actor: Actor, ports: Ports): Result<Deletion, LifecycleFailure> {
	const { journal, now } = ports;
	if (deletion === null) return fail(noSuchRecord);
	if (!actor.scopes.includes("delete")) return fail(missingScope(actor, "delete"));
	const refused = outOfRange(deletion, actor);
	if (refused !== null) return fail(refused);
	const latest = journal.get(deletion.id) ?? deletion;
	if (latest.state === "cancelled") return ok(latest);
	if (latest.state !== "received" && latest.state !== "pending_approval" && latest.state !== "scheduled") {
		return fail({
			code: "conflict",
			detail: `This deletion can't be cancelled: ${stateInWords(latest)}.`,
			deletion: latest,
		});
	}
	const failure = { code: "cancelled" as const, detail: `${actor.name} cancelled this deletion.` };
	const approval =
		latest.approval?.state === "pending" ? { ...latest.approval, state: "withdrawn" as const } : latest.approval;
	const by = { by: actor.name, door: actor.door };
	const cancelled = settle({ ...latest, approval }, now(), "cancelled", failure, by);
	journal.storeSettled(cancelled);
	return ok(cancelled);
}

export function outOfRange(deletion: Deletion, actor: Actor): (LifecycleFailure & { code: "out_of_range" }) | null {
	if (isWithin(actor.ranges, deletion.binding?.cidr ?? "")) return null;
	return { code: "out_of_range", detail: "This binding is outside the ranges you may act in." };
}
