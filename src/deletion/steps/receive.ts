// The first step of a deletion: the request is claimed and recorded before anything is looked up, so the id the caller gets
// can always be read, whatever happens next. Everything here is synchronous.

import { cidrsOf, contains, parseCidr } from "../address/cidr.ts";
import { plainId, sameId } from "../address/cloudflare-id.ts";
import type { Target } from "../address/target.ts";
import type { Budget } from "../judgement/budget.ts";
import { sentenceOf } from "../judgement/guards.ts";
import { longestPayload, lookAfterMs } from "../limits.ts";
import type { Claim, LookFor, Ports } from "../ports.ts";
import { type Actor, missingScope, partyOf } from "../record/actor.ts";
import { at, type Deletion, formatVersion, settle } from "../record/deletion.ts";
import { digested } from "../record/digest.ts";
import { notYetSent } from "../record/progress.ts";
import { newRecordId } from "../record/record-id.ts";
import { fail, ok, type Result } from "../result.ts";

export interface DeletionCommand {
	/** The format version of the call; 1 if absent. */
	form?: number;
	/** Unique per request: a request handed to the Ledger twice is carried out once. */
	requestId: string;
	actor: Actor;
	target: Target;
	reason: string | null;
	acknowledge: readonly string[];
	ifMatch: readonly string[] | null;
	/** The earliest time to delete, at most 7 days ahead; null means immediately. */
	notBeforeMs: number | null;
	/** If this deletion would start now, cancels the binding's scheduled one. */
	supersede?: boolean;
	idempotencyKey: string | null;
	/** Other keys for the same request, from earlier releases: treated like `idempotencyKey`. */
	alsoKeys?: readonly string[];
	/** The id for a new record: version 0.1.0's webhooks have already returned it. */
	deletionId?: string;
}

export interface Receipt {
	deletion: Deletion;
	/** The record answered an earlier request under the same key. */
	replayed: boolean;
	/** Another request began it. */
	joined?: boolean;
	/** After it, if it was judged now. */
	budget?: Budget;
}

/** Leaves no record: the request contradicts an earlier one under the same key. */
type KeyReused = { code: "idempotency_key_reused"; detail: string; deletion_id: string };
/** `misconfigured`: the Ledger's limits are faulty, so it accepts no requests. */
export type Rejection = KeyReused | { code: "misconfigured"; detail: string };

/**
 * Returns the record that answers the request: an earlier one under the same key, one being carried out for the same
 * binding, a refusal that needs no look-up, or a new one in state `received`, which `judgeReceived` takes over.
 *
 * A key stays bound to the record that answers it, even a refusal, so a redelivery gets the first answer. Only "try again"
 * answers leave the caller's key free: replaying one of those would never help.
 */
export function receive(command: DeletionCommand, ports: Ports): Result<Receipt, KeyReused> {
	const { journal } = ports;
	const claims = claimsOf(command);
	const earlier = replay(claims, ports);
	if (earlier !== null) return earlier;

	const draft = draftOf(command, ports);
	const refused = refusedUnseen(draft, command, ports);
	if (refused !== null) {
		return ok({ deletion: journal.storeRefused(refused, claims), replayed: false });
	}
	const same = beingCarriedOut(command, ports) ?? journal.received(command.actor.name, payloadOf(command));
	if (same !== null) {
		journal.join(same.id, claims);
		return ok({ deletion: same, replayed: false, joined: true });
	}
	const { acknowledge, ifMatch, actor, target } = command;
	const terms = {
		acknowledge,
		ifMatch,
		ranges: actor.ranges,
		approved: [],
		lookFor: lookForOf(target),
		reads: actor.scopes.includes("read"),
	};
	const nowMs = ports.now();
	const ownTerms = command.supersede === true ? { ...terms, supersede: true } : terms;
	journal.storeOpen({ deletion: draft, terms: ownTerms, progress: notYetSent(nowMs) }, nowMs + lookAfterMs, claims);
	return ok({ deletion: draft, replayed: false });
}

/** Whether another request's deletion may answer this one: it is for the named binding, and in the caller's ranges. */
export function mayJoin(deletion: Deletion, target: Target, ranges: readonly string[] | null): boolean {
	const { binding } = deletion;
	const bound = parseCidr(binding?.cidr ?? "");
	if (binding === null || !bound.ok) return false;
	if (target.kind === "id" && target.prefixId !== null && !sameId(target.prefixId, binding.prefix_id)) return false;
	return cidrsOf(ranges)?.some((range) => contains(range, bound.value)) ?? true;
}

/** Refusals that need no look-up, so they cost no call to Cloudflare. */
function refusedUnseen(draft: Deletion, { actor, target }: DeletionCommand, ports: Ports): Deletion | null {
	if (!actor.scopes.includes("delete")) {
		const detail = missingScope(actor, "delete").detail;
		return settle(draft, ports.now(), "refused", { code: "scope_missing", detail });
	}
	const blockMs = ports.journal.missesBlockMs(actor.name);
	if (blockMs > 0) {
		const detail = `${actor.name} named too many bindings that don't exist. Try again in a few minutes.`;
		const failure = { code: "rate_limited" as const, detail, retry_after_seconds: Math.ceil(blockMs / 1000) };
		return settle(draft, ports.now(), "refused", failure);
	}
	const ranges = cidrsOf(actor.ranges);
	if (target.kind !== "cidr" || ranges === null || ranges.some((range) => contains(range, target.cidr))) return null;
	const evidence = { cidr: target.cidr.text, ranges: ranges.map(({ text }) => text) };
	const judged: Deletion = { ...draft, guards: [{ guard: "out_of_range", verdict: "refuse", ...evidence }] };
	return settle(judged, ports.now(), "refused", { code: "out_of_range", detail: sentenceOf("out_of_range") });
}

/**
 * A deletion being carried out answers for its binding even if Cloudflare can't be read. A waiting one answers only after a
 * look-up: days may have passed, and another binding may have the same CIDR.
 */
function beingCarriedOut({ actor, target }: DeletionCommand, { journal }: Ports): Deletion | null {
	const named = target.kind === "id" ? { bindingId: target.bindingId } : { cidr: target.cidr.text };
	const open = journal.openFor(named)?.deletion ?? null;
	if (open === null || (open.state !== "deleting" && open.state !== "unknown")) return null;
	return mayJoin(open, target, actor.ranges) ? open : null;
}

/** Every request claims its own id, so a broken call to the Ledger can be repeated. The caller's keys are claimed too. */
function claimsOf(command: DeletionCommand): Claim[] {
	const { actor, idempotencyKey, alsoKeys = [], requestId } = command;
	const claim = { actor: actor.name, payload: payloadOf(command), payloadOfVersion1: payloadOfVersion1(command) };
	const own = { ...claim, key: `request:${requestId}`, lasting: false };
	const keys = idempotencyKey === null ? [] : [idempotencyKey, ...alsoKeys];
	return [own, ...keys.map((key) => ({ ...claim, key: `key:${key}`, lasting: true }))];
}

/** `supersede`, which version 0.1.0 does not know, is added only if it is set. */
const payloadOfVersion1 = ({
	target,
	reason,
	acknowledge,
	ifMatch,
	notBeforeMs,
	supersede,
}: DeletionCommand): string => {
	const what = target.kind === "id" ? [plainId(target.bindingId), target.prefixId] : target.cidr.text;
	const further = supersede === true ? ["supersede"] : [];
	return JSON.stringify([what, reason, acknowledge.toSorted(), ifMatch, notBeforeMs, ...further]);
};

/** A short payload is stored as version 0.1.0 stores it, so that release finds it after a rollback. */
function payloadOf(command: DeletionCommand): string {
	const whole = payloadOfVersion1(command);
	return whole.length <= longestPayload ? whole : digested(whole);
}

function replay(claims: readonly Claim[], { journal }: Ports): Result<Receipt, KeyReused> | null {
	for (const { actor, key, payloadOfVersion1: whole, lasting } of claims) {
		const earlier = journal.claimed(actor, key);
		if (earlier === null) continue;
		// Version 0.1.0 stored long payloads whole, and KV stores short ones as digests.
		if (![whole, digested(whole)].includes(earlier.payload)) {
			const detail =
				"This idempotency key was used for another request. A key belongs to one request for 7 days. Use a new one.";
			return fail({ code: "idempotency_key_reused", detail, deletion_id: earlier.deletionId });
		}
		const deletion = journal.get(earlier.deletionId);
		if (deletion !== null) return ok({ deletion, replayed: lasting });
	}
	return null;
}

const lookForOf = (target: Target): LookFor =>
	target.kind === "id" ? { bindingId: target.bindingId, prefixId: target.prefixId } : { cidr: target.cidr.text };

function draftOf(command: DeletionCommand, ports: Ports): Deletion {
	const { actor, target, reason, notBeforeMs, requestId } = command;
	const nowMs = ports.now();
	return {
		id: command.deletionId ?? newRecordId(nowMs, ports.randomBytes(16)),
		state: "received",
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
		form: formatVersion,
	};
}
