// Closes by hand what stayed unknown: somebody looked where unbind cannot, and says whether the binding is there. Cloudflare
// is asked first; where it answers, its answer settles the record, and nobody's word is needed.

import { boundAt, lookForLoss } from "../lookup/look.ts";
import type { Ports } from "../ports.ts";
import { type Actor, missingScope, partyOf } from "../record/actor.ts";
import {
	at,
	type Deletion,
	type Resolution,
	type ResolutionOutcome,
	type Restoration,
	settle,
	withEvent,
} from "../record/deletion.ts";
import { fail, ok, type Result } from "../result.ts";
import { type LifecycleFailure, outOfRange } from "./decisions.ts";

export type ResolutionWish = Pick<Resolution, "outcome" | "note">;

export type ResolutionRefusal =
	| LifecycleFailure
	/** unbind still looks by itself. */
	| { code: "too_early"; detail: string; retry_after_seconds: number };

/** From the last call on. By then Cloudflare has answered or will not, and its lists have caught up. */
const looksAloneMs = 600_000;

/**
 * Settles an unknown deletion or restoration as somebody saw it.
 *
 * What is so if we stop? Before the record is kept, nothing has changed. After the last `await` the record is read again,
 * so of two who resolve it one does. No other work on the same record may run meanwhile: it would settle it again.
 */
export async function resolve(
	deletion: Deletion | null,
	wish: ResolutionWish,
	actor: Actor,
	ports: Ports,
): Promise<Result<Deletion, ResolutionRefusal>> {
	const { journal, now } = ports;
	if (deletion === null) return fail({ code: "deletion_not_found", detail: "There is no deletion with this id." });
	if (!actor.scopes.includes("approve")) return fail(missingScope(actor, "approve"));
	const refused = outOfRange(deletion, actor);
	if (refused !== null) return fail(refused);
	const what = unknownPart(deletion);
	if (what === null) return fail(notUnknown(deletion));
	if (isOwn(deletion, actor)) {
		return fail({
			code: "self_approval",
			detail: `You can't resolve a ${what} that you requested. Someone else has to.`,
		});
	}
	const leftMs = resolvableFromMs(deletion) - now();
	if (leftMs > 0) {
		return fail({
			code: "too_early",
			detail: `unbind still checks the ${what} by itself. It can be resolved ten minutes after the last call to Cloudflare.`,
			retry_after_seconds: Math.ceil(leftMs / 1000),
		});
	}
	const seen = await (what === "deletion" ? lookForDeleted(deletion, ports) : lookForRestored(deletion, ports));

	// Nothing waits from here on.
	const latest = journal.get(deletion.id) ?? deletion;
	if (unknownPart(latest) !== what) return fail(notUnknown(latest));
	const nowMs = now();
	if (seen !== null) {
		const settled = settledBy(latest, what, seen, nowMs);
		journal.keepSettled(settled);
		const found = seen.outcome === "gone" ? "is gone" : "is there";
		const detail = `Cloudflare can be read, and the binding ${found}. The record is settled by that.`;
		return fail({ code: "conflict", detail, deletion: settled });
	}
	const { outcome, note } = wish;
	const resolution: Resolution = { outcome, by: partyOf(actor), at: at(nowMs), note };
	const resolved = withEvent({ ...latest, resolution }, nowMs, "resolved", {
		outcome,
		by: actor.name,
		door: actor.door,
		note,
	});
	const settled = settledBy(resolved, what, { outcome, bound: null, says: actor.name }, nowMs);
	journal.keepSettled(settled);
	return ok(settled);
}

/** Whether somebody's word could close the record, now or when unbind has looked long enough. */
export const isResolvable = (deletion: Deletion, actor: Actor): boolean =>
	unknownPart(deletion) !== null &&
	actor.scopes.includes("approve") &&
	!isOwn(deletion, actor) &&
	outOfRange(deletion, actor) === null;

export function resolvableFromMs({ timeline, created_at }: Deletion): number {
	const sent = timeline.findLast(({ event }) => event === "sent");
	return Date.parse(sent?.at ?? created_at) + looksAloneMs;
}

export function unknownPart({ state, restoration }: Deletion): "deletion" | "restoration" | null {
	if (state === "unknown") return "deletion";
	return restoration?.state === "unknown" ? "restoration" : null;
}

function isOwn({ state, actor: asker, restoration }: Deletion, { name }: Actor): boolean {
	const requester = state === "unknown" || restoration === null ? asker : restoration.requested_by;
	return requester.name.toLowerCase() === name.toLowerCase();
}

const notUnknown = (deletion: Deletion): LifecycleFailure & { code: "conflict" } => ({
	code: "conflict",
	detail: "There is nothing to resolve: the outcome is not unknown.",
	deletion,
});

interface Seen {
	outcome: ResolutionOutcome;
	bound: { id: string; provisioningState: string | null } | null;
	/** Who says so where Cloudflare did not. */
	says: string | null;
	isOtherService?: boolean;
}

/** null where Cloudflare cannot be read. */
async function lookForDeleted({ binding }: Deletion, ports: Ports): Promise<Seen | null> {
	// It was seen more than ten minutes ago, so a 404 counts.
	const sight = await lookForLoss(binding, 0, ports);
	if (sight === "nothing") return null;
	return { outcome: sight === "done" ? "gone" : "standing", bound: null, says: null };
}

async function lookForRestored({ binding }: Deletion, ports: Ports): Promise<Seen | null> {
	const found = binding === null ? null : await boundAt(binding, ports);
	if (!found?.ok) return null;
	const bound = found.value;
	if (bound === null) return { outcome: "gone", bound, says: null };
	if (bound.serviceId === binding?.service_id) return { outcome: "standing", bound, says: null };
	return { outcome: "gone", bound: null, says: null, isOtherService: true };
}

function settledBy(deletion: Deletion, what: "deletion" | "restoration", seen: Seen, nowMs: number): Deletion {
	const { outcome, bound, says, isOtherService = false } = seen;
	const story =
		says === null
			? withEvent(deletion, nowMs, "read_back", { found: outcome === "gone" ? "gone" : "still there" })
			: deletion;
	if (what === "deletion") {
		if (outcome === "gone") return settle(story, nowMs, "deleted");
		const detail =
			says === null
				? "Cloudflare gave no clear answer to the deletion, and the binding is still there."
				: `Cloudflare gave no clear answer to the deletion, and ${says} says that the binding is still there.`;
		return settle(story, nowMs, "failed", { code: "cloudflare_refused", detail });
	}
	if (outcome === "standing") {
		const provisioning = bound === null || bound.provisioningState === null ? null : { state: bound.provisioningState };
		const told = withEvent(story, nowMs, "restored", { binding_id: bound?.id ?? null });
		const change = { state: "restored" as const, binding_id: bound?.id ?? null, provisioning };
		return { ...withRestoration(told, change, nowMs), state: "restored" };
	}
	const failure = isOtherService
		? { code: "binding_conflict" as const, detail: "Another service is bound to this CIDR now." }
		: {
				code: "cloudflare_refused" as const,
				detail:
					says === null
						? "Cloudflare gave no clear answer to the creation, and the binding is not there."
						: `Cloudflare gave no clear answer to the creation, and ${says} says that the binding is not there.`,
			};
	const told = withEvent(story, nowMs, "restoration_failed", { code: failure.code });
	return withRestoration(told, { state: "failed", failure }, nowMs);
}

function withRestoration(deletion: Deletion, change: Partial<Restoration>, nowMs: number): Deletion {
	const { restoration } = deletion;
	return restoration === null
		? deletion
		: { ...deletion, restoration: { ...restoration, ...change, settled_at: at(nowMs) } };
}
