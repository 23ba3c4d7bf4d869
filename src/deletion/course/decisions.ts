// What people decide about a deletion that has not been carried out: to approve it, to reject it, to take it back. All of
// it is synchronous, so of two who decide at the same time one is first.

import { cidrsOf, contains, parseCidr } from "../address/cidr.ts";
import type { Ports } from "../ports.ts";
import { type Actor, missingScope, partyOf, type ScopeMissing, sameName } from "../record/actor.ts";
import { type Approval, at, type Deletion, settle, withEvent } from "../record/deletion.ts";
import { fail, ok, type Result } from "../result.ts";
import { expire } from "./waiting.ts";

/** Why a decision or a cancellation is not taken. */
export type LifecycleFailure =
	| ScopeMissing
	| { code: "deletion_not_found" | "out_of_range" | "self_approval"; detail: string }
	/** It is past that; the record says what happened instead. */
	| { code: "conflict"; detail: string; deletion: Deletion };

/**
 * Another person's word. The same word from the same person twice is one word; any other that comes late is a conflict,
 * and changes nothing. An approved deletion becomes a scheduled one, whose time may have come.
 */
export function decideApproval(
	deletion: Deletion | null,
	decision: "approve" | "reject",
	actor: Actor,
	ports: Ports,
): Result<Deletion, LifecycleFailure> {
	const { journal, now } = ports;
	if (deletion === null) return fail({ code: "deletion_not_found", detail: "There is no deletion with this id." });
	if (!actor.scopes.includes("approve")) return fail(missingScope(actor, "approve"));
	if (sameName(deletion.actor.name, actor.name)) {
		return fail({
			code: "self_approval",
			detail: "Who asked for a deletion cannot decide on it; another person has to.",
		});
	}
	const refused = outOfRange(deletion, actor);
	if (refused !== null) return fail(refused);

	const word = decision === "approve" ? ("approved" as const) : ("rejected" as const);
	const open = journal.open(deletion.id);
	if (open !== null && open.deletion.state === "pending_approval") expire(open, ports);
	const present = journal.open(deletion.id);
	if (present === null || present.deletion.state !== "pending_approval" || present.deletion.approval === null) {
		const latest = journal.get(deletion.id) ?? deletion;
		const { approval } = latest;
		if (approval?.state === word && approval.decided_by !== null && sameName(approval.decided_by.name, actor.name))
			return ok(latest);
		return fail({ code: "conflict", detail: `There is nothing to decide: ${standing(latest)}.`, deletion: latest });
	}

	const approval: Approval = {
		...present.deletion.approval,
		state: word,
		decided_at: at(now()),
		decided_by: partyOf(actor),
	};
	const decided = { ...withEvent(present.deletion, now(), word, { by: actor.name, door: actor.door }), approval };
	if (decision === "reject") {
		const failure = { code: "approval_rejected" as const, detail: `${actor.name} rejected it.` };
		const rejected = settle(decided, now(), "refused", failure);
		journal.keepSettled(rejected);
		return ok(rejected);
	}
	const scheduled: Deletion = { ...decided, state: "scheduled" };
	const terms = { ...present.terms, approved: approval.guards };
	journal.keepOpen(
		{ ...present, deletion: scheduled, terms },
		Math.max(now(), Date.parse(decided.not_before ?? at(now()))),
	);
	return ok(scheduled);
}

/** Takes a deletion back that nothing was sent of. Twice is once. */
export function cancel(deletion: Deletion | null, actor: Actor, ports: Ports): Result<Deletion, LifecycleFailure> {
	const { journal, now } = ports;
	if (deletion === null) return fail({ code: "deletion_not_found", detail: "There is no deletion with this id." });
	if (!actor.scopes.includes("delete")) return fail(missingScope(actor, "delete"));
	const refused = outOfRange(deletion, actor);
	if (refused !== null) return fail(refused);
	const latest = journal.get(deletion.id) ?? deletion;
	if (latest.state === "cancelled") return ok(latest);
	if (latest.state !== "received" && latest.state !== "pending_approval" && latest.state !== "scheduled") {
		return fail({ code: "conflict", detail: `It cannot be cancelled: ${standing(latest)}.`, deletion: latest });
	}
	const failure = { code: "cancelled" as const, detail: `${actor.name} cancelled it.` };
	const asked =
		latest.approval?.state === "pending" ? { ...latest.approval, state: "withdrawn" as const } : latest.approval;
	const told = { by: actor.name, door: actor.door };
	const cancelled = settle({ ...latest, approval: asked }, now(), "cancelled", failure, told);
	journal.keepSettled(cancelled);
	return ok(cancelled);
}

export function outOfRange(deletion: Deletion, actor: Actor): (LifecycleFailure & { code: "out_of_range" }) | null {
	const ranges = cidrsOf(actor.ranges);
	const bound = parseCidr(deletion.binding?.cidr ?? "");
	if (ranges === null || (bound.ok && ranges.some((range) => contains(range, bound.value)))) return null;
	return { code: "out_of_range", detail: "The binding lies outside the ranges of this actor." };
}

const standing = ({ state, settled_at }: Deletion): string =>
	`it is ${state.replace("_", " ")}${settled_at === null ? "" : ` since ${settled_at}`}`;
