// The first half of a deletion: claim → find → guard → record the intent. Sends nothing that changes anything.
import { type Actor, partyOf } from "./actor.ts";
import { assess, cidrsOf } from "./assess.ts";
import { contains, parseCidr } from "./cidr.ts";
import { plainId, sameId } from "./cloudflare-id.ts";
import { courseOf } from "./course.ts";
import { at, type Deletion, settle, withEvent } from "./deletion.ts";
import type { Directory } from "./directory.ts";
import { failedLookUp, locate, type UnfitTarget } from "./locate.ts";
import type { Claim, Ports } from "./ports.ts";
import { newRecordId } from "./record-id.ts";
import { fail, ok, type Result } from "./result.ts";
import type { Target } from "./target.ts";

export interface DeletionCommand {
	/** One a request: the same request handed to the Ledger twice is carried out once. */
	requestId: string;
	actor: Actor;
	target: Target;
	reason: string | null;
	acknowledge: readonly string[];
	ifMatch: readonly string[] | null;
	/** The earliest time for it, at most 7 days ahead; null is at once. */
	notBeforeMs: number | null;
	idempotencyKey: string | null;
	/** Names of the same request under which an earlier release claimed it: answered, and claimed, like the key. */
	alsoKeys?: readonly string[];
	/** The id that a new record is to have, where the door has to name it before it knows more; else one is made. */
	deletionId?: string;
}

export interface Admitted {
	deletion: Deletion;
	/** It answers an earlier request under the same key. */
	replayed: boolean;
}

/** What leaves no record: the request contradicts itself, or an earlier one. */
export type Rejection = UnfitTarget | { code: "idempotency_key_reused"; detail: string; deletion_id: string };

/**
 * What stands if everything stops here?
 * - Before the record is kept: nothing was sent and nothing is claimed, so whoever asks again begins anew.
 * - After: the intent, its claims and the alarm are one commit. `carryOut` goes on from it, called by this request or
 *   by the alarm.
 *
 * Who else can come in between? Anybody, at each `await`. So what must not race (the claim, a binding's one open
 * deletion, which siblings are about to go) is asked after the last `await`, and nothing waits from there to the
 * commit. Two callers of one binding both look it up, sharing the calls; the second to arrive joins the first.
 *
 * A key is bound to the record that answers it, refusals included, so that a redelivery gets the first answer. Only
 * an answer that says "ask again" leaves the caller's key free: replaying that one would be useless for ever.
 */
export async function admit(
	command: DeletionCommand,
	ports: Ports,
	directory: Directory,
): Promise<Result<Admitted, Rejection>> {
	const { journal } = ports;
	const { actor, target } = command;
	const claims = claimsOf(command);
	const draft = draftOf(command, ports);

	const conclude = (deletion: Deletion): Result<Admitted, Rejection> => {
		journal.keepSettled(deletion, claims);
		return ok({ deletion, replayed: false });
	};
	const ranges = cidrsOf(actor.ranges);
	const join = (deletion: Deletion | null | undefined): Result<Admitted, Rejection> | null => {
		const binding = deletion?.binding;
		const bound = parseCidr(binding?.cidr ?? "");
		if (!deletion || !binding || !bound.ok) return null;
		if (ranges !== null && !ranges.some((range) => contains(range, bound.value))) return null;
		if (target.kind === "id" && target.prefixId !== null && !sameId(target.prefixId, binding.prefix_id)) return null;
		journal.join(deletion.id, claims);
		return ok({ deletion, replayed: false });
	};

	const earlier = replay(claims, ports);
	if (earlier !== null) return earlier;
	if (!actor.scopes.includes("delete")) {
		const detail = `${actor.name} may not delete: it lacks the scope "delete".`;
		return conclude(settle(draft, ports.now(), "refused", { code: "scope_missing", detail }));
	}
	// What is being deleted right now answers for its binding also while Cloudflare cannot be read. What still waits does
	// so only after the look-up: days may have passed, and another binding may have the same CIDR.
	const named = target.kind === "id" ? { bindingId: target.bindingId } : { cidr: target.cidr.text };
	const begun = journal.openFor(named)?.deletion;
	const known = begun?.state === "deleting" || begun?.state === "unknown" ? join(begun) : null;
	if (known !== null) return known;

	const found = await locate(target, ports, directory);

	// Nothing waits from here on.
	const meanwhile = replay(claims, ports);
	if (meanwhile !== null) return meanwhile;
	const nowMs = ports.now();
	if (!found.ok) {
		if (found.failure.code === "invalid_target") return fail(found.failure);
		return conclude(failedLookUp(draft, found.failure, nowMs));
	}
	const { binding, askedAtMs } = found.value;
	// Somebody was faster: with it still, or with it between the list and now.
	const rival = join(
		journal.openFor({ bindingId: binding.id })?.deletion ?? journal.deletedSince(binding.id, askedAtMs),
	);
	if (rival !== null) return rival;

	const { acknowledge, ifMatch, reason } = command;
	const terms = { acknowledge, ifMatch, ranges: actor.ranges, approved: [] };
	const { assessment } = assess(found.value, terms, reason, ports);
	const course = courseOf({ ...withEvent(draft, nowMs, "planned"), ...assessment }, terms, ports);
	if ("settled" in course) return conclude(course.settled);
	journal.keepOpen(course.open, course.dueAtMs, claims);
	return ok({ deletion: course.open.deletion, replayed: false });
}

/** Every request claims its own id, so that a broken call to the Ledger can be repeated; a caller's key comes on top. */
function claimsOf(command: DeletionCommand): Claim[] {
	const { actor, target, reason, acknowledge, ifMatch, notBeforeMs, idempotencyKey, alsoKeys = [] } = command;
	const what = target.kind === "id" ? [plainId(target.bindingId), target.prefixId] : target.cidr.text;
	const payload = JSON.stringify([what, reason, acknowledge.toSorted(), ifMatch, notBeforeMs]);
	const claim = { actor: actor.name, payload };
	const own = { ...claim, key: `request:${command.requestId}`, lasting: false };
	const keys = idempotencyKey === null ? [] : [idempotencyKey, ...alsoKeys];
	return [own, ...keys.map((key) => ({ ...claim, key: `key:${key}`, lasting: true }))];
}

function replay(claims: readonly Claim[], { journal }: Ports): Result<Admitted, Rejection> | null {
	for (const { actor, key, payload, lasting } of claims) {
		const earlier = journal.claimed(actor, key);
		if (earlier === null) continue;
		if (earlier.payload !== payload) {
			const detail = "This Idempotency-Key was used for another request. A key stands for one request, for 7 days.";
			return fail({ code: "idempotency_key_reused", detail, deletion_id: earlier.deletionId });
		}
		const deletion = journal.get(earlier.deletionId);
		if (deletion !== null) return ok({ deletion, replayed: lasting });
	}
	return null;
}

function draftOf(command: DeletionCommand, ports: Ports): Deletion {
	const { actor, target, reason, notBeforeMs, requestId } = command;
	const nowMs = ports.now();
	return {
		id: command.deletionId ?? newRecordId(nowMs, ports.randomBytes(16)),
		state: "deleting",
		target: target.named,
		reason,
		actor: partyOf(actor),
		created_at: at(nowMs),
		settled_at: null,
		binding: null,
		effect: null,
		guards: [],
		cloudflare: null,
		failure: null,
		timeline: [{ at: at(nowMs), event: "requested", request_id: requestId }],
		not_before: notBeforeMs === null ? null : at(notBeforeMs),
		approval: null,
		restoration: null,
	};
}
