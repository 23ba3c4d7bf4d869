// Deletions that wait: for approval, for their time, or for the end of a freeze. After any wait, the binding is looked up
// and judged again before anything is sent.

import { isCloudflareId } from "../address/cloudflare-id.ts";
import { frozenPauseMs, lookUpPauseMs, patience } from "../limits.ts";
import type { Directory } from "../lookup/directory.ts";
import { failedLookUp, lookUp } from "../lookup/look-up.ts";
import { checkGone } from "../lookup/presence.ts";
import type { OpenDeletion, Ports } from "../ports.ts";
import { settle, withEvent } from "../record/deletion.ts";
import { judgeFound, noLongerAllowed } from "./judge.ts";

/**
 * Begins a deletion whose time has come; does nothing if it still has to wait.
 *
 * If the process stops, the waiting record keeps its due time, and the alarm comes back. There is no `await` after the last
 * look, so the guards see everything in flight, and the record becomes `deleting` in the same commit that `sendDeletion` starts
 * with.
 */
export async function beginIfDue(id: string, ports: Ports, directory: Directory): Promise<void> {
	const { journal } = ports;
	const waiting = journal.open(id);
	if (waiting === null) return;
	if (waiting.deletion.state === "pending_approval") return expire(waiting, ports);
	if (waiting.deletion.state !== "scheduled") return;
	const startsAtMs = Date.parse(
		waiting.deletion.not_before ?? waiting.deletion.approval?.decided_at ?? waiting.deletion.created_at,
	);
	if (ports.now() < startsAtMs || isFrozen(waiting, ports)) return;

	const { binding } = waiting.deletion;
	if (binding === null || !isCloudflareId(binding.id) || !isCloudflareId(binding.prefix_id)) return;
	const target = { kind: "id" as const, named: binding.cidr, bindingId: binding.id, prefixId: binding.prefix_id };
	const found = await lookUp(target, ports, directory, null);
	// "Not found" has several causes. Only if the binding is seen to be gone did someone else delete it.
	const isMissing = !found.ok && found.failure.code === "binding_not_found";
	const isGone = isMissing && (await checkGone(binding, waiting.progress.judgedAtMs, ports)) === "gone";

	// No `await` from here on.
	const open = journal.open(id);
	if (open === null || open.deletion.state !== "scheduled" || isFrozen(open, ports)) return;
	const nowMs = ports.now();
	if (!found.ok) {
		if (isGone) return journal.storeSettled(settle(open.deletion, nowMs, "already_gone"));
		const { progress } = open;
		if (found.failure.code !== "credential_rejected" && progress.looks < patience) {
			return journal.storeOpen(
				{ ...open, progress: { ...progress, looks: progress.looks + 1 } },
				nowMs + lookUpPauseMs,
			);
		}
		return journal.storeSettled(failedLookUp(open.deletion, found.failure, nowMs));
	}
	const authority = ports.authorityOf(open.deletion.actor);
	if (!authority?.scopes.includes("delete")) return journal.storeSettled(noLongerAllowed(open.deletion, nowMs));
	const { deletion, terms } = stillApproved(open, startsAtMs, ports);
	const judged = judgeFound({ deletion, terms: { ...terms, ranges: authority.ranges } }, found.value, ports);
	if ("settled" in judged) journal.storeSettled(judged.settled);
	else journal.storeOpen(judged.open, judged.dueAtMs);
}

/**
 * Drops the approval if a freeze delayed the deletion for longer than an approval is waited for: circumstances may have
 * changed, so someone has to approve again.
 */
function stillApproved({ deletion, terms }: OpenDeletion, startsAtMs: number, { policy, now }: Ports) {
	const isLate = now() - startsAtMs > policy.approvalMinutes * 60_000;
	const wasFrozen = deletion.timeline.at(-1)?.event === "held_by_freeze";
	if (deletion.approval === null || !isLate || !wasFrozen) return { deletion, terms };
	return { deletion: { ...deletion, approval: null }, terms: { ...terms, approved: [] } };
}

/** Keeps a scheduled deletion waiting during a freeze, or while its actor's configuration is faulty. */
function isFrozen(open: OpenDeletion, { journal, now, freezeOn }: Ports): boolean {
	const freeze = journal.freeze() ?? freezeOn(open.deletion.actor);
	if (freeze === null) return false;
	const nowMs = now();
	const untilMs = freeze.until === null ? Number.POSITIVE_INFINITY : Date.parse(freeze.until);
	const isNoted = open.deletion.timeline.at(-1)?.event === "held_by_freeze";
	const story = isNoted
		? open.deletion
		: withEvent(open.deletion, nowMs, "held_by_freeze", { freeze_reason: freeze.reason });
	journal.storeOpen({ ...open, deletion: story }, Math.min(untilMs, nowMs + frozenPauseMs));
	return true;
}

export function expire({ deletion }: OpenDeletion, { journal, now }: Ports): void {
	if (deletion.approval === null || now() < Date.parse(deletion.approval.expires_at)) return;
	const failure = { code: "approval_expired" as const, detail: "Nobody approved the deletion in time." };
	const approval = { ...deletion.approval, state: "expired" as const };
	journal.storeSettled(settle({ ...deletion, approval }, now(), "expired", failure));
}
