// The second step of a deletion: look up what was named, judge it, and record the decision. Called by the request itself,
// or by the alarm after a stop.

import { cidrsOf, parseCidr } from "../address/cidr.ts";
import { isCloudflareId } from "../address/cloudflare-id.ts";
import { namedBy, type Target } from "../address/target.ts";
import { judgedWithinMs } from "../limits.ts";
import type { Directory } from "../lookup/directory.ts";
import type { Found } from "../lookup/find.ts";
import { failedLookUp, type LookUpFailure, lookUp } from "../lookup/look-up.ts";
import { allVisible, ownVisible } from "../lookup/visible.ts";
import type { OpenDeletion, Ports } from "../ports.ts";
import type { Actor } from "../record/actor.ts";
import { type Deletion, settle, withEvent } from "../record/deletion.ts";
import { goneAtMs } from "../record/gone.ts";
import type { Result } from "../result.ts";
import { judgeFound, noLongerAllowed } from "./judge.ts";
import { mayJoin } from "./receive.ts";

/**
 * If the process stops, the received record keeps its due time, and the alarm looks up again. Nothing was sent.
 *
 * Other requests can run at each `await`. So everything that must not race (a binding's one open deletion, siblings that
 * are being deleted) is read after the last `await`, with none from there to the commit. Two requests for one binding both
 * look it up and share the calls; the second to get here joins the first.
 */
export async function judgeReceived(id: string, ports: Ports, directory: Directory): Promise<void> {
	const { journal } = ports;
	const received = receivedOf(id, ports);
	if (received === null || giveUpIfLate(received, ports)) return;
	const target = targetOf(received);
	if (target === null) return journal.storeSettled(failedLookUp(received.deletion, noTarget, ports.now()));
	const authority = authorityNow(received, ports);
	if (authority === "unclear") return keepForItsMinute(received, ports);
	if (authority === "none") return journal.storeSettled(noLongerAllowed(received.deletion, ports.now()));
	const { ranges } = authority;
	const visible = received.terms.reads === true ? allVisible : ownVisible(received.deletion.actor.name, ranges);
	const found = await lookUp(target, ports, directory, cidrsOf(ranges), visible);

	// No `await` from here on.
	const present = receivedOf(id, ports);
	if (present === null || giveUpIfLate(present, ports)) return;
	const { deletion, terms } = present;
	const earlier = recordAnswering(found, target, present, ports);
	const schedule = terms.supersede === true && earlier?.state === "scheduled" ? earlier : null;
	if (earlier !== null && schedule === null && mayJoin(earlier, target, ranges))
		return journal.mergeInto(id, earlier.id);
	if (!found.ok) return keepFailed(failedLookUp(deletion, found.failure, ports.now()), ports);
	const judged = judgeFound({ deletion, terms: { ...terms, ranges } }, found.value, ports);
	if ("settled" in judged) journal.storeRefused(judged.settled);
	else if (schedule === null) journal.storeOpen(judged.open, judged.dueAtMs);
	else if (judged.open.deletion.state !== "deleting") journal.mergeInto(id, schedule.id);
	else {
		// One commit: no `await` in between.
		journal.storeSettled(supersededBy(deletion, schedule, ports.now()));
		const story = withEvent(judged.open.deletion, ports.now(), "superseded", { deletion_id: schedule.id });
		journal.storeOpen({ ...judged.open, deletion: story }, judged.dueAtMs);
	}
}

/** The scheduled deletion, cancelled by the one that replaces it. */
function supersededBy({ id, actor }: Deletion, schedule: Deletion, nowMs: number): Deletion {
	const failure = { code: "cancelled" as const, detail: `${actor.name} deleted the binding at once instead.` };
	const detail = { by: actor.name, door: actor.door, superseded_by: id };
	return { ...settle(schedule, nowMs, "cancelled", failure, detail), superseded_by: id };
}

/** Naming no binding, or not exactly one, counts as a refusal. Cloudflare being unreachable does not. */
function keepFailed(failed: Deletion, { journal }: Ports): void {
	const code = failed.failure?.code;
	if (code === "binding_not_found" || code === "invalid_target") journal.storeRefused(failed);
	else journal.storeSettled(failed);
}

/** Ends a received deletion whose minute is over; false if it has time left. */
export function giveUpIfLate({ deletion }: OpenDeletion, { journal, now }: Ports): boolean {
	if (deletion.state !== "received" || now() < Date.parse(deletion.created_at) + judgedWithinMs) return false;
	const detail = "unbind could not look up the binding within a minute. Nothing was sent. Try again.";
	const failure = { code: "cloudflare_unavailable" as const, detail, retry_after_seconds: 5 };
	journal.storeSettled(settle(deletion, now(), "failed", failure));
	return true;
}

const noTarget = { code: "invalid_target" as const, detail: "The record is incomplete: the target is missing." };

function receivedOf(id: string, { journal }: Ports): OpenDeletion | null {
	const open = journal.open(id);
	return open?.deletion.state === "received" ? open : null;
}

/** The stored target, checked again; null if it can't be read. */
function targetOf({ deletion, terms: { lookFor } }: OpenDeletion): Target | null {
	const named = deletion.target;
	if (lookFor === undefined) return null;
	if ("cidr" in lookFor) {
		const cidr = parseCidr(lookFor.cidr);
		return cidr.ok ? { kind: "cidr", named, cidr: cidr.value } : null;
	}
	const { bindingId, prefixId } = lookFor;
	if (!isCloudflareId(bindingId) || (prefixId !== null && !isCloudflareId(prefixId))) return null;
	return { kind: "id", named, bindingId, prefixId };
}

/**
 * What the actor may do. After a restart it is read again: the configuration may have changed. "none": no longer delete;
 * "unclear": a faulty configuration does not say.
 */
function authorityNow({ deletion, terms }: OpenDeletion, ports: Ports): Pick<Actor, "ranges"> | "none" | "unclear" {
	if (ports.journal.cameInSinceStart(deletion.id)) return terms;
	if (ports.freezeOn(deletion.actor) !== null) return "unclear";
	const authority = ports.authorityOf(deletion.actor);
	return authority?.scopes.includes("delete") ? authority : "none";
}

/** It fails after its minute. That leaves its key free, so the caller can try again. */
const keepForItsMinute = (received: OpenDeletion, { journal }: Ports): void =>
	journal.storeOpen(received, Date.parse(received.deletion.created_at) + judgedWithinMs);

/**
 * The record that also answers this request: the binding's open deletion, or the deletion that removed the binding after
 * this request began.
 */
function recordAnswering(
	found: Result<Found, LookUpFailure>,
	target: Target,
	{ deletion }: OpenDeletion,
	{ journal }: Ports,
): Deletion | null {
	if (!found.ok && found.failure.code !== "binding_not_found") return null;
	const open = found.ok ? journal.openFor({ bindingId: found.value.binding.id }) : null;
	if (open !== null) return open.deletion;
	const gone = journal.lastGone(found.ok ? { bindingId: found.value.binding.id } : namedBy(target));
	// If others removed the binding, nobody knows whether that was after this request began.
	if (gone === null || gone.elsewhere !== undefined) return null;
	return goneAtMs(gone) >= Date.parse(deletion.created_at) ? gone : null;
}
