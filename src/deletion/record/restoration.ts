// A record's restoration: how it begins, how it ends, and when its binding became active. It looks at nothing: the caller has seen
// what it says.
import type { Binding } from "../address/binding.ts";
import { settlesWithinHours } from "../limits.ts";
import { type Actor, partyOf } from "./actor.ts";
import { at, type Deletion, type Restoration, withEvent } from "./deletion.ts";
import { goneAs } from "./gone.ts";
import type { Json } from "./json.ts";

/** The binding that is there now, from an answer or a look. */
export type BoundBinding = Pick<Binding, "id" | "provisioningState">;

/** @param about goes into the timeline with the request. */
export function restoring(
	deletion: Deletion,
	actor: Actor,
	nowMs: number,
	about: { [detail: string]: Json },
): Deletion {
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
		active_at: null,
	};
	const by = { by: actor.name, door: actor.door, ...about };
	const story = withEvent(deletion, nowMs, "restoration_requested", by);
	// An earlier restoration's binding is gone again, so the record no longer says "restored".
	return { ...story, state: goneAs(deletion), restoration };
}

export function amended(
	deletion: Deletion,
	change: Partial<Restoration>,
	answer: Restoration["cloudflare"] = null,
): Deletion {
	const { restoration } = deletion;
	if (restoration === null) return deletion;
	return { ...deletion, restoration: { ...restoration, ...change, cloudflare: answer ?? restoration.cloudflare } };
}

/** The record of a restoration whose binding was seen. */
export function restored(deletion: Deletion, bound: BoundBinding | null, by: "us" | "others", nowMs: number): Deletion {
	const state = by === "us" ? ("restored" as const) : ("already_bound" as const);
	const story = withEvent(deletion, nowMs, state, { binding_id: bound?.id ?? null });
	const provisioning = bound === null || bound.provisioningState === null ? null : { state: bound.provisioningState };
	return {
		...amended(story, {
			state,
			settled_at: at(nowMs),
			binding_id: bound?.id ?? null,
			provisioning,
			active_at: provisioning?.state === "active" ? at(nowMs) : null,
		}),
		state: "restored",
	};
}

/** The record of a failed restoration; it can be requested again. */
export function restorationFailed(
	deletion: Deletion,
	failure: NonNullable<Restoration["failure"]>,
	nowMs: number,
): Deletion {
	const story = withEvent(deletion, nowMs, "restoration_failed", { code: failure.code });
	return amended(story, { state: "failed", settled_at: at(nowMs), failure });
}

/** Notes when the restored binding was first seen active. Anything else is returned as it is. */
export function seenActive(deletion: Deletion, nowMs: number): Deletion {
	const { restoration } = deletion;
	if (restoration?.state !== "restored" && restoration?.state !== "already_bound") return deletion;
	// Older records lack the member.
	if ((restoration.active_at ?? null) !== null) return deletion;
	const story = withEvent(deletion, nowMs, "active", { binding_id: restoration.binding_id });
	return { ...story, restoration: { ...restoration, active_at: at(nowMs) } };
}

export const isUnderWay = ({ restoration }: Deletion): boolean =>
	restoration?.state === "restoring" || restoration?.state === "unknown";

/**
 * The bindings of earlier restorations of this record. When another restoration is under way they are gone for good, as Cloudflare
 * never reuses an id, but a read that lags may still show one.
 */
export const restoredBefore = ({ timeline }: Deletion): string[] =>
	timeline
		.filter(({ event }) => event === "restored" || event === "already_bound")
		.flatMap(({ binding_id: id }) => (typeof id === "string" ? [id] : []));
