// The way back: the binding created anew, from the record. The same care as for a deletion: intent first, once, and a
// look after every unclear answer. A freeze does not hold it, as it is what one wants to do in a freeze.

import { type Actor, partyOf } from "./actor.ts";
import type { Binding } from "./binding.ts";
import { carefully, type ErrandFailure, lookAfterMs, noAnswer, notYetSent, type Sight } from "./careful.ts";
import { isCloudflareId, sameId } from "./cloudflare-id.ts";
import { missingScope, outOfRange } from "./decisions.ts";
import { at, type BindingSnapshot, type Deletion, type Restoration, withEvent } from "./deletion.ts";
import { settlesWithinHours } from "./effect.ts";
import { credentialRejected, type LookUpFailure, lookUpFault } from "./locate.ts";
import type { Ports } from "./ports.ts";
import { fail, ok, type Result } from "./result.ts";

export type RestorationRefusal =
	| {
			code: "deletion_not_found" | "scope_missing" | "out_of_range" | "not_restorable" | "prefix_not_approved";
			detail: string;
	  }
	| { code: "conflict"; detail: string; deletion: Deletion }
	| { code: "binding_conflict"; detail: string; binding: Binding }
	| LookUpFailure;

/**
 * Checks whether the record can be restored, and records the intent; `carryBack` does it. Asked again, a restoration
 * that is under way or done is the answer; one that failed begins anew. Costs two reads: the prefix's approval, and
 * what is bound there now.
 *
 * What stands if we stop? Before the intent is kept, nothing; after, the alarm goes on from it. After the last `await`
 * the record is read again, so of two who ask at the same time one begins and the other joins.
 */
export async function beginRestoration(
	deletion: Deletion | null,
	actor: Actor,
	ports: Ports,
): Promise<Result<Deletion, RestorationRefusal>> {
	const { journal, now } = ports;
	if (deletion === null) return fail({ code: "deletion_not_found", detail: "There is no deletion with this id." });
	if (!actor.scopes.includes("restore")) return fail(missingScope(actor, "restore"));
	const outside = outOfRange(deletion, actor);
	if (outside !== null) return fail(outside);
	if (isUnderWayOrDone(deletion)) return ok(deletion);
	const { binding } = deletion;
	if (binding === null || (deletion.state !== "deleted" && deletion.state !== "already_gone")) {
		return fail({
			code: "conflict",
			detail: `There is nothing to restore: it is ${deletion.state.replace("_", " ")}.`,
			deletion,
		});
	}
	if (binding.service_id === null || !isCloudflareId(binding.prefix_id)) {
		return fail({
			code: "not_restorable",
			detail: "The record names no service, so the binding cannot be created from it.",
		});
	}

	const prefixes = await ports.cloudflare.listPrefixes({ fresh: true });
	if (!prefixes.ok) return fail(lookUpFault(prefixes.failure));
	const prefix = prefixes.value.items.find(({ id }) => sameId(id, binding.prefix_id));
	if (prefix?.approved !== "V") {
		const state = prefix === undefined ? "is not in the account any more" : "is not approved by Cloudflare";
		return fail({
			code: "prefix_not_approved",
			detail: `The prefix ${prefix?.cidr ?? binding.prefix_id} ${state}; no binding can be created in it.`,
		});
	}
	const bound = await boundAt(binding, ports);
	if (!bound.ok) return bound;

	// Nothing waits from here on.
	const latest = journal.get(deletion.id) ?? deletion;
	if (isUnderWayOrDone(latest)) return ok(latest);
	const leaving = journal.openFor({ cidr: binding.cidr })?.deletion;
	if (leaving?.state === "deleting" || leaving?.state === "unknown") {
		const detail = `The binding that stands at ${binding.cidr} is being deleted. Ask again when that is settled.`;
		return fail({ code: "conflict", detail, deletion: leaving });
	}
	const nowMs = now();
	const requested = withEvent(latest, nowMs, "restoration_requested", { by: actor.name, door: actor.door });
	const restoration: Restoration = {
		state: "restoring",
		requested_at: at(nowMs),
		requested_by: partyOf(actor),
		settled_at: null,
		binding_id: null,
		provisioning: null,
		settles_within_hours: settlesWithinHours,
		cloudflare: null,
		failure: null,
	};
	const begun: Deletion = { ...requested, restoration };
	if (bound.value === null) {
		journal.keepRestoring({ deletion: begun, progress: notYetSent(nowMs) }, nowMs + lookAfterMs);
		return ok(begun);
	}
	if (bound.value.serviceId !== binding.service_id) {
		const detail = `${binding.cidr} is bound to ${bound.value.serviceName ?? "another service"} now. Delete that binding first, if it is wrong.`;
		return fail({ code: "binding_conflict", detail, binding: bound.value });
	}
	const restored = succeeded(begun, bound.value, "others", nowMs);
	journal.keepSettled(restored);
	return ok(restored);
}

/**
 * Carries a begun restoration out, from wherever it was stopped; can be called any number of times.
 *
 * What it creates can be deleted again before it knows that it has created it. Who asked for that came later and has the
 * last word: a CIDR that stands empty after such a deletion was bound, and nothing is created there any more.
 */
export function carryBack(id: string, ports: Ports): Promise<void> {
	const { journal, cloudflare, now } = ports;
	/** What stands at the CIDR, as it was seen last; or stood there, until a later request deleted it. */
	let seen: Bound | null = null;
	const bindingOf = () => journal.restoring(id)?.deletion.binding ?? null;
	const overtaken = (): Deletion | null => {
		const { binding, restoration } = journal.restoring(id)?.deletion ?? { binding: null, restoration: null };
		if (binding === null || restoration === null) return null;
		return journal.overtaking(id, binding.cidr, Date.parse(restoration.requested_at));
	};
	const look = async (): Promise<Sight> => {
		const binding = bindingOf();
		const bound = binding === null ? null : await boundAt(binding, ports);
		if (!bound?.ok) return "unreadable";
		const gone = bound.value === null ? (overtaken()?.binding ?? null) : null;
		seen = bound.value ?? (gone && { id: gone.id, provisioningState: gone.provisioning?.state ?? null });
		if (seen === null) return "not_done";
		return gone !== null || bound.value?.serviceId === binding?.service_id ? "done" : "in_the_way";
	};
	return carefully(
		{
			open: () => journal.restoring(id),
			isHeld: () => overtaken() !== null,
			async call() {
				const binding = bindingOf();
				if (!binding?.service_id || !isCloudflareId(binding.prefix_id)) return fail(notCalled);
				const reply = await cloudflare.createBinding(binding.prefix_id, {
					cidr: binding.cidr,
					serviceId: binding.service_id,
				});
				if (!reply.ok) return reply;
				// The answer to a creation shows the new binding; should it not, a look does.
				seen = reply.value.binding;
				if (seen === null) await look();
				return ok(reply.value.answer);
			},
			look,
			sights: { done: "bound", not_done: "not bound", in_the_way: "bound to another service" },
			shown: (deletion, state, answer) =>
				amended(deletion, { state: state === "unknown" ? "unknown" : "restoring" }, answer),
			keep: (deletion, progress, dueAtMs) => journal.keepRestoring({ deletion, progress }, dueAtMs),
			succeed: (deletion, by) => journal.keepSettled(succeeded(deletion, seen, by, now())),
			fail: (deletion, why) => journal.keepSettled(failed(deletion, why, now())),
		},
		ports,
	);
}

type Bound = Pick<Binding, "id" | "provisioningState">;

const isUnderWayOrDone = ({ restoration }: Deletion): boolean => restoration !== null && restoration.state !== "failed";

/** What is bound at just this CIDR now; null when nothing is. */
export async function boundAt(
	binding: BindingSnapshot,
	{ cloudflare }: Ports,
): Promise<Result<Binding | null, LookUpFailure>> {
	if (!isCloudflareId(binding.prefix_id)) return ok(null);
	const bindings = await cloudflare.listBindings(binding.prefix_id, { fresh: true });
	if (!bindings.ok) return fail(lookUpFault(bindings.failure));
	return ok(bindings.value.items.find((item) => item.range?.text === binding.cidr) ?? null);
}

function amended(deletion: Deletion, change: Partial<Restoration>, answer: Restoration["cloudflare"] = null): Deletion {
	const { restoration } = deletion;
	if (restoration === null) return deletion;
	return { ...deletion, restoration: { ...restoration, ...change, cloudflare: answer ?? restoration.cloudflare } };
}

function succeeded(deletion: Deletion, bound: Bound | null, by: "us" | "others", nowMs: number): Deletion {
	const state = by === "us" ? ("restored" as const) : ("already_bound" as const);
	const told = withEvent(deletion, nowMs, state, { binding_id: bound?.id ?? null });
	const provisioning = bound === null || bound.provisioningState === null ? null : { state: bound.provisioningState };
	return {
		...amended(told, { state, settled_at: at(nowMs), binding_id: bound?.id ?? null, provisioning }),
		state: "restored",
	};
}

function failed(deletion: Deletion, why: ErrandFailure, nowMs: number): Deletion {
	const failure = failures[why];
	const told = withEvent(deletion, nowMs, "restoration_failed", { code: failure.code });
	return amended(told, { state: "failed", settled_at: at(nowMs), failure });
}

const notCalled = { kind: "refused" as const, answer: noAnswer };

const failures: Record<ErrandFailure, NonNullable<Restoration["failure"]>> = {
	held_back: { code: "cloudflare_unavailable", detail: "Cloudflare's rate limit is used up; nothing was sent." },
	throttled: { code: "cloudflare_refused", detail: "Cloudflare's rate limit refused the creation. Ask again later." },
	refused: { code: "cloudflare_refused", detail: "Cloudflare refused to create the binding." },
	credential_rejected: { code: "credential_rejected", detail: credentialRejected },
	in_the_way: { code: "binding_conflict", detail: "Another service has been bound to this CIDR meanwhile." },
	no_clear_answer: {
		code: "cloudflare_refused",
		detail: "Cloudflare gave no clear answer, and the binding does not stand.",
	},
	not_sent: { code: "cloudflare_unavailable", detail: "It could not be sent within a minute; nothing was sent." },
	held: {
		code: "binding_conflict",
		detail:
			"What was bound there meanwhile, a later request has deleted. That one has the last word; nothing was sent.",
	},
};
