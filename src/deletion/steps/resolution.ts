// Closes an unknown outcome by hand: someone looked where unbind can't, and says whether the binding is there. unbind asks
// Cloudflare first. If Cloudflare answers, its answer settles the record instead.

import { looksAloneMs } from "../limits.ts";
import { boundAt, checkGone } from "../lookup/presence.ts";
import type { Ports } from "../ports.ts";
import { type Actor, missingScope, partyOf, sameName } from "../record/actor.ts";
import { at, type Deletion, type Resolution, type ResolutionOutcome, settle, withEvent } from "../record/deletion.ts";
import { restorationFailed, restored, restoredBefore } from "../record/restoration.ts";
import { fail, ok, type Result } from "../result.ts";
import { type LifecycleFailure, noSuchRecord, outOfRange } from "./decisions.ts";

export type ResolutionRequest = Pick<Resolution, "outcome" | "note">;

export type ResolutionRefusal =
	| LifecycleFailure
	/** unbind is still checking by itself. */
	| { code: "too_early"; detail: string; retry_after_seconds: number };

/**
 * Settles an unknown deletion or restoration with what someone saw.
 *
 * If the process stops before the record is kept, nothing has changed. After the last `await` the record is read again, so
 * only one of two people can resolve it. No other work on the record may run at the same time: it would settle it again.
 */
export async function resolve(
	deletion: Deletion | null,
	request: ResolutionRequest,
	actor: Actor,
	ports: Ports,
): Promise<Result<Deletion, ResolutionRefusal>> {
	const { journal, now } = ports;
	if (deletion === null) return fail(noSuchRecord);
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
			detail: `unbind is still checking this ${what}. You can resolve it ten minutes after the last call to Cloudflare.`,
			retry_after_seconds: Math.ceil(leftMs / 1000),
		});
	}
	const seen = await (what === "deletion" ? lookForDeleted(deletion, ports) : lookForRestored(deletion, ports));

	// No `await` from here on.
	const latest = journal.get(deletion.id) ?? deletion;
	if (unknownPart(latest) !== what) return fail(notUnknown(latest));
	const nowMs = now();
	if (seen !== null) {
		const settled = settledBy(latest, what, seen, nowMs);
		journal.storeSettled(settled);
		const found = seen.outcome === "gone" ? "is gone" : "is there";
		const detail = `Cloudflare answered: the binding ${found}. The record now says so.`;
		return fail({ code: "conflict", detail, deletion: settled });
	}
	const { outcome, note } = request;
	const resolution: Resolution = { outcome, by: partyOf(actor), at: at(nowMs), note };
	const resolved = withEvent({ ...latest, resolution }, nowMs, "resolved", {
		outcome,
		by: actor.name,
		door: actor.door,
		note,
	});
	const settled = settledBy(resolved, what, { outcome, bound: null, says: actor.name }, nowMs);
	journal.storeSettled(settled);
	return ok(settled);
}

/** Whether the actor could resolve the record, now or once unbind has looked long enough. */
export const isResolvable = (deletion: Deletion, actor: Actor): boolean =>
	unknownPart(deletion) !== null &&
	actor.scopes.includes("approve") &&
	!isOwn(deletion, actor) &&
	outOfRange(deletion, actor) === null;

export function resolvableFromMs({ timeline, created_at }: Deletion): number {
	const sent = timeline.findLast(({ event }) => event === "sent");
	return Date.parse(sent?.at ?? created_at) + looksAloneMs;
}

function unknownPart({ state, restoration }: Deletion): "deletion" | "restoration" | null {
	if (state === "unknown") return "deletion";
	return restoration?.state === "unknown" ? "restoration" : null;
}

function isOwn({ state, actor: deleter, restoration }: Deletion, { name }: Actor): boolean {
	const requester = state === "unknown" || restoration === null ? deleter : restoration.requested_by;
	return sameName(requester.name, name);
}

const notUnknown = (deletion: Deletion): LifecycleFailure & { code: "conflict" } => ({
	code: "conflict",
	detail: "There is nothing to resolve: the outcome is known.",
	deletion,
});

interface Seen {
	outcome: ResolutionOutcome;
	bound: { id: string; provisioningState: string | null } | null;
	/** Who says so; null if Cloudflare does. */
	says: string | null;
	isOtherService?: boolean;
}

/** null if Cloudflare can't be read. */
async function lookForDeleted({ binding }: Deletion, ports: Ports): Promise<Seen | null> {
	// The binding was seen more than ten minutes ago, so a 404 counts.
	const seen = await checkGone(binding, 0, ports);
	return seen === "unclear" ? null : { outcome: seen === "gone" ? "gone" : "standing", bound: null, says: null };
}

async function lookForRestored(deletion: Deletion, ports: Ports): Promise<Seen | null> {
	const { binding } = deletion;
	const found = binding === null ? null : await boundAt(binding, ports, restoredBefore(deletion));
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
	if (outcome === "standing") return restored(story, bound, "us", nowMs);
	const failure = isOtherService
		? { code: "binding_conflict" as const, detail: "Another service is bound to this CIDR now." }
		: {
				code: "cloudflare_refused" as const,
				detail:
					says === null
						? "Cloudflare gave no clear answer to the creation, and the binding is not there."
						: `Cloudflare gave no clear answer to the creation, and ${says} says that the binding is not there.`,
			};
	return restorationFailed(story, failure, nowMs);
}
