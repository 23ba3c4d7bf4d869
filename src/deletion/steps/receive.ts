// The first step of a deletion: the request is claimed and recorded before anything is looked up, so the id the caller gets
// can always be read, whatever happens next. Everything here is synchronous.

import { cidrsOf, isWithin, parseCidr } from "../address/cidr.ts";
import { sameId } from "../address/cloudflare-id.ts";
import { namedBy, type Target } from "../address/target.ts";
import { sentenceOf } from "../judgement/guards.ts";
import { lookAfterMs } from "../limits.ts";
import type { Ports, Terms } from "../ports.ts";
import { missingScope, partyOf } from "../record/actor.ts";
import { at, type Deletion, formatVersion, settle } from "../record/deletion.ts";
import { notYetSent } from "../record/progress.ts";
import { newRecordId } from "../record/record-id.ts";
import { ok, type Result } from "../result.ts";
import { claimsOf, payloadOf, replay } from "./claims.ts";
import type { DeletionCommand, KeyReused, Receipt } from "./command.ts";

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
	if (refused !== null) return ok({ deletion: journal.storeRefused(refused, claims), replayed: false });
	const same = beingCarriedOut(command, ports) ?? journal.beingLookedUp(command.actor.name, payloadOf(command));
	if (same !== null) {
		journal.join(same.id, claims);
		return ok({ deletion: same, replayed: false, joined: true });
	}
	const nowMs = ports.now();
	const received = { deletion: draft, terms: termsOf(command), progress: notYetSent(nowMs) };
	journal.storeOpen(received, nowMs + lookAfterMs, claims);
	return ok({ deletion: draft, replayed: false });
}

/** Whether another request's deletion may answer this one: it is for the named binding, and in the caller's ranges. */
export function mayJoin(deletion: Deletion, target: Target, ranges: readonly string[] | null): boolean {
	const { binding } = deletion;
	if (binding === null || !parseCidr(binding.cidr).ok) return false;
	if (target.kind === "id" && target.prefixId !== null && !sameId(target.prefixId, binding.prefix_id)) return false;
	return isWithin(ranges, binding.cidr);
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
	if (target.kind !== "cidr" || isWithin(actor.ranges, target.cidr.text)) return null;
	const evidence = { cidr: target.cidr.text, ranges: (cidrsOf(actor.ranges) ?? []).map(({ text }) => text) };
	const judged: Deletion = { ...draft, guards: [{ guard: "out_of_range", verdict: "refuse", ...evidence }] };
	return settle(judged, ports.now(), "refused", { code: "out_of_range", detail: sentenceOf("out_of_range") });
}

/**
 * A deletion being carried out answers for its binding even if Cloudflare can't be read. A waiting one answers only after a
 * look-up: days may have passed, and another binding may have the same CIDR.
 */
function beingCarriedOut({ actor, target }: DeletionCommand, { journal }: Ports): Deletion | null {
	const open = journal.openFor(namedBy(target))?.deletion ?? null;
	if (open === null || (open.state !== "deleting" && open.state !== "unknown")) return null;
	return mayJoin(open, target, actor.ranges) ? open : null;
}

const termsOf = ({ acknowledge, ifMatch, actor, target, supersede }: DeletionCommand): Terms => ({
	acknowledge,
	ifMatch,
	ranges: actor.ranges,
	approved: [],
	lookFor:
		target.kind === "id" ? { bindingId: target.bindingId, prefixId: target.prefixId } : { cidr: target.cidr.text },
	reads: actor.scopes.includes("read"),
	...(supersede === true ? { supersede } : {}),
});

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
