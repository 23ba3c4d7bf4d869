// The second step of a deletion: look up what was named, judge it, and record what becomes of it. Called by the request that
// was received, or by the alarm after a stop.
import { assess, cidrsOf } from "./assess.ts";
import { parseCidr } from "./cidr.ts";
import { isCloudflareId } from "./cloudflare-id.ts";
import { courseOf } from "./course.ts";
import { type Deletion, goneAtMs, settle, withEvent } from "./deletion.ts";
import type { Directory } from "./directory.ts";
import type { Found } from "./find.ts";
import { failedLookUp, type LookUpFailure, locate } from "./locate.ts";
import type { OpenDeletion, Ports } from "./ports.ts";
import { mayJoin } from "./receive.ts";
import type { Result } from "./result.ts";
import { seesAll, seesOnly } from "./shown-to.ts";
import type { Target } from "./target.ts";

/** What could not be judged by then is not carried out any more: nobody wants it to happen hours late. */
export const judgedWithinMs = 60_000;

/**
 * What happens if everything stops here? The received record is there with its due time; the alarm looks up again. Nothing
 * was sent.
 *
 * Who else can come in between? Anybody, at each `await`. So what must not race (a binding's one open deletion, which
 * siblings are about to go) is asked after the last `await`, and nothing waits from there to the commit. Two callers of
 * one binding both look it up, sharing the calls; the second to arrive joins the first.
 */
export async function judgeReceived(id: string, ports: Ports, directory: Directory): Promise<void> {
	const { journal } = ports;
	const received = receivedOf(id, ports);
	if (received === null || giveUpIfLate(received, ports)) return;
	const target = targetOf(received);
	if (target === null) return journal.keepSettled(failedLookUp(received.deletion, noTarget, ports.now()));
	if (isHeld(received, ports)) return keepForItsMinute(received, ports);
	const ranges = rangesNow(received, ports);
	if (ranges === "none") return refuseScope(received, ports);
	const sees = received.terms.reads === true ? seesAll : seesOnly(received.deletion.actor.name, ranges);
	const found = await locate(target, ports, directory, cidrsOf(ranges), sees);

	// Nothing waits from here on.
	const present = receivedOf(id, ports);
	if (present === null || giveUpIfLate(present, ports)) return;
	const { deletion, terms } = present;
	const earlier = answeredBy(found, target, present, ports);
	const schedule = terms.supersede === true && earlier?.state === "scheduled" ? earlier : null;
	if (earlier !== null && schedule === null && mayJoin(earlier, target, ranges)) return journal.alias(id, earlier.id);
	if (!found.ok) return keepFailed(failedLookUp(deletion, found.failure, ports.now()), ports);
	const termsNow = { ...terms, ranges };
	const { assessment } = assess(found.value, termsNow, deletion.reason, ports);
	const judged = { ...withEvent(deletion, ports.now(), "planned"), ...assessment };
	const course = courseOf(judged, termsNow, ports);
	if ("settled" in course) journal.keepRefused(course.settled);
	else if (schedule === null) journal.keepOpen(course.open, course.dueAtMs);
	else if (course.open.deletion.state !== "deleting") journal.alias(id, schedule.id);
	else {
		// One commit: nothing waits in between.
		journal.keepSettled(supersededBy(deletion, schedule, ports.now()));
		const story = withEvent(course.open.deletion, ports.now(), "superseded", { deletion_id: schedule.id });
		journal.keepOpen({ ...course.open, deletion: story }, course.dueAtMs);
	}
}

/** The schedule, cancelled by the deletion that takes its place. */
function supersededBy({ id, actor }: Deletion, schedule: Deletion, nowMs: number): Deletion {
	const failure = { code: "cancelled" as const, detail: `${actor.name} deleted the binding at once instead.` };
	const detail = { by: actor.name, door: actor.door, superseded_by: id };
	return { ...settle(schedule, nowMs, "cancelled", failure, detail), superseded_by: id };
}

/** What names no binding, or not just one, is a refusal; a Cloudflare that cannot be asked is none. */
function keepFailed(failed: Deletion, { journal }: Ports): void {
	const code = failed.failure?.code;
	if (code === "binding_not_found" || code === "invalid_target") journal.keepRefused(failed);
	else journal.keepSettled(failed);
}

/** Ends a received deletion whose minute is over; false where it has time left. */
export function giveUpIfLate({ deletion }: OpenDeletion, { journal, now }: Ports): boolean {
	if (deletion.state !== "received" || now() < Date.parse(deletion.created_at) + judgedWithinMs) return false;
	const detail = "The binding could not be looked up within a minute. Nothing was sent.";
	const failure = { code: "cloudflare_unavailable" as const, detail, retry_after_seconds: 5 };
	journal.keepSettled(settle(deletion, now(), "failed", failure));
	return true;
}

const noTarget = { code: "invalid_target" as const, detail: "The record does not say what to look up." };

function receivedOf(id: string, { journal }: Ports): OpenDeletion | null {
	const open = journal.open(id);
	return open?.deletion.state === "received" ? open : null;
}

/** From what was stored, and checked before; null where it cannot be read. */
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

/** After a stop, what the actor may do is read again: the configuration may be another one. */
function rangesNow({ deletion, terms }: OpenDeletion, ports: Ports): readonly string[] | null | "none" {
	if (ports.journal.cameInSinceStart(deletion.id)) return terms.ranges;
	const authority = ports.authorityOf(deletion.actor);
	return authority?.scopes.includes("delete") ? authority.ranges : "none";
}

/** What the actor may do cannot be read again, and what it could when the request came is no longer known. */
const isHeld = ({ deletion }: OpenDeletion, { journal, holdOn }: Ports): boolean =>
	!journal.cameInSinceStart(deletion.id) && holdOn(deletion.actor) !== null;

/** Its key is free then, and the caller can ask again. */
const keepForItsMinute = (received: OpenDeletion, { journal }: Ports): void =>
	journal.keepOpen(received, Date.parse(received.deletion.created_at) + judgedWithinMs);

function refuseScope({ deletion }: OpenDeletion, { journal, now }: Ports): void {
	const detail = `${deletion.actor.name} may no longer delete.`;
	journal.keepSettled(settle(deletion, now(), "refused", { code: "scope_missing", detail }));
}

/**
 * The record that answers this request as well: the open deletion of the binding that was found; or the deletion that took
 * the binding away after this request began.
 */
function answeredBy(
	found: Result<Found, LookUpFailure>,
	target: Target,
	{ deletion }: OpenDeletion,
	{ journal }: Ports,
): Deletion | null {
	if (!found.ok && found.failure.code !== "binding_not_found") return null;
	const open = found.ok ? journal.openFor({ bindingId: found.value.binding.id }) : null;
	if (open !== null) return open.deletion;
	const named = target.kind === "id" ? { bindingId: target.bindingId } : { cidr: target.cidr.text };
	const gone = journal.carriedOut(found.ok ? { bindingId: found.value.binding.id } : named);
	return gone !== null && goneAtMs(gone) >= Date.parse(deletion.created_at) ? gone : null;
}
