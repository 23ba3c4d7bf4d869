// Which earlier request this one repeats. A key belongs to one request: with another payload, it is an error.

import { plainId } from "../address/cloudflare-id.ts";
import { longestPayload } from "../limits.ts";
import type { Claim, Ports } from "../ports.ts";
import { digested } from "../record/digest.ts";
import { fail, ok, type Result } from "../result.ts";
import type { DeletionCommand, KeyReused, Receipt } from "./command.ts";

/** Every request claims its own id, so a broken call to the Ledger can be repeated. The caller's keys are claimed too. */
export function claimsOf(command: DeletionCommand): Claim[] {
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
export function payloadOf(command: DeletionCommand): string {
	const whole = payloadOfVersion1(command);
	return whole.length <= longestPayload ? whole : digested(whole);
}

export function replay(claims: readonly Claim[], { journal }: Ports): Result<Receipt, KeyReused> | null {
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
