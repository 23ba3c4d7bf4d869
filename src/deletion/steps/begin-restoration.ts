// The first half of a restoration: is it allowed, possible and needed? If so, records the intent. Sends only reads.

import type { Binding } from "../address/binding.ts";
import { isCloudflareId, sameId } from "../address/cloudflare-id.ts";
import { lagMs, lookAfterMs } from "../limits.ts";
import { type LookUpFailure, lookUpFault } from "../lookup/look-up.ts";
import { boundAt, isThere } from "../lookup/presence.ts";
import type { Ports } from "../ports.ts";
import { type Actor, missingScope, type ScopeMissing } from "../record/actor.ts";
import { type BindingSnapshot, type Deletion, isOpen } from "../record/deletion.ts";
import { isGone } from "../record/gone.ts";
import { stateInWords } from "../record/in-words.ts";
import type { Json } from "../record/json.ts";
import { notYetSent } from "../record/progress.ts";
import { isUnderWay, restored, restoredBefore, restoring } from "../record/restoration.ts";
import { fail, ok, type Result } from "../result.ts";
import { type HistoryUnreadable, noSuchRecord, outOfRange } from "./decisions.ts";

export type RestorationRefusal =
	| ScopeMissing
	| HistoryUnreadable
	| {
			code: "deletion_not_found" | "out_of_range" | "not_restorable" | "prefix_not_approved";
			detail: string;
	  }
	| { code: "conflict"; detail: string; deletion: Deletion }
	| { code: "binding_conflict"; detail: string; binding: Binding }
	| LookUpFailure;

/**
 * Checks whether the record can be restored, and records the intent; `sendRestoration` carries it out. A repeated request returns
 * the restoration that is under way, or whose binding is there; it starts again if the last one failed or its binding is
 * gone again. Costs two reads: the prefix's approval, and what is bound there now.
 *
 * If the process stops before the intent is kept, nothing happens; after that, the alarm goes on. After the last `await` the
 * record is read again, so of two simultaneous requests one begins and the other joins.
 * @param about goes into the record's timeline with the request.
 */
export async function beginRestoration(
	deletion: Deletion | null,
	actor: Actor,
	ports: Ports,
	about: { [detail: string]: Json } = {},
): Promise<Result<Deletion, RestorationRefusal>> {
	const { journal, now } = ports;
	if (deletion === null) return fail(noSuchRecord);
	const notAllowed = forbidden(deletion, actor);
	if (notAllowed !== null) return fail(notAllowed);
	if (isUnderWay(deletion) || (await isDone(deletion, ports))) return ok(deletion);
	const restorable = restorableBinding(deletion);
	if (!restorable.ok) return restorable;
	const binding = restorable.value;
	const approved = await prefixApproved(binding, ports);
	if (!approved.ok) return approved;
	const bound = await boundAt(binding, ports, restoredBefore(deletion));
	if (!bound.ok) return fail(lookUpFault(bound.failure));

	// No `await` from here on.
	const latest = journal.get(deletion.id) ?? deletion;
	if (isUnderWay(latest) || latest.restoration?.requested_at !== deletion.restoration?.requested_at) return ok(latest);
	const leaving = journal.openFor({ cidr: binding.cidr })?.deletion;
	if (leaving?.state === "deleting" || leaving?.state === "unknown") {
		const detail = `The binding at ${binding.cidr} is being deleted. Try again when the deletion has settled.`;
		return fail({ code: "conflict", detail, deletion: leaving });
	}
	if (isSaidToBeThere(latest) && bound.value !== null && sameId(bound.value.id, binding.id)) {
		const detail = `There is nothing to restore: the binding ${binding.cidr} is still there.`;
		return fail({ code: "conflict", detail, deletion: latest });
	}
	const nowMs = now();
	const begun = restoring(latest, actor, nowMs, about);
	if (bound.value === null) {
		journal.storeRestoring({ deletion: begun, progress: notYetSent(nowMs) }, nowMs + lookAfterMs);
		return ok(begun);
	}
	if (bound.value.serviceId !== binding.service_id) {
		const detail = `${binding.cidr} is bound to ${bound.value.serviceName ?? "another service"} now. If that is wrong, delete that binding, then restore again.`;
		return fail({ code: "binding_conflict", detail, binding: bound.value });
	}
	const done = restored(begun, bound.value, "others", nowMs);
	journal.storeSettled(done);
	return ok(done);
}

const forbidden = (deletion: Deletion, actor: Actor): RestorationRefusal | null =>
	actor.scopes.includes("restore") ? outOfRange(deletion, actor) : missingScope(actor, "restore");

/** What the record alone says against it; null if only Cloudflare can tell. */
export function refusedUnread(deletion: Deletion, actor: Actor): RestorationRefusal | null {
	const restorable = restorableBinding(deletion);
	return forbidden(deletion, actor) ?? (restorable.ok || isUnderWay(deletion) ? null : restorable.failure);
}

/** Whether the binding of an earlier restoration is still there. If Cloudflare can't be read, the record decides. */
async function isDone({ restoration, binding }: Deletion, ports: Ports): Promise<boolean> {
	if (restoration?.state !== "restored" && restoration?.state !== "already_bound") return false;
	const { binding_id: id, settled_at } = restoration;
	if (id === null || binding === null) return false;
	if (ports.journal.lastGone({ bindingId: id }) !== null) return false;
	// A read may not show it yet.
	if (settled_at !== null && ports.now() < Date.parse(settled_at) + lagMs) return true;
	const there = await isThere(binding.prefix_id, { id }, ports);
	return !there.ok || there.value;
}

function restorableBinding(deletion: Deletion): Result<BindingSnapshot, RestorationRefusal> {
	const { binding, state } = deletion;
	const wentLater = isSaidToBeThere(deletion);
	if (binding === null || (!isGone(state) && !wentLater)) {
		const detail = isOpen(deletion)
			? `This deletion can't be restored yet: ${stateInWords(deletion)}.`
			: "Nothing was deleted, so there is nothing to restore.";
		return fail({ code: "conflict", detail, deletion });
	}
	if (binding.service_id === null || !isCloudflareId(binding.prefix_id)) {
		const detail = "The record has no service id, so unbind can't create the binding again.";
		return fail({ code: "not_restorable", detail });
	}
	if (binding.cidr === "")
		return fail({
			code: "not_restorable",
			detail: "The record has no CIDR, so unbind can't create the binding again.",
		});
	return ok(binding);
}

/** Someone closed the record with "still there". If the binding is missing by now, it can be restored. */
const isSaidToBeThere = ({ state, resolution }: Deletion): boolean =>
	state === "failed" && resolution?.outcome === "standing";

async function prefixApproved(
	{ prefix_id }: BindingSnapshot,
	{ cloudflare }: Ports,
): Promise<Result<null, RestorationRefusal>> {
	const prefixes = await cloudflare.listPrefixes({ fresh: true });
	if (!prefixes.ok) return fail(lookUpFault(prefixes.failure));
	const prefix = prefixes.value.items.find(({ id }) => sameId(id, prefix_id));
	if (prefix?.approved === "V") return ok(null);
	const state = prefix === undefined ? "is no longer in the account" : "is not approved by Cloudflare";
	const detail = `The prefix ${prefix?.cidr ?? prefix_id} ${state}. No binding can be created in it.`;
	return fail({ code: "prefix_not_approved", detail });
}
