// A restored binding is active: traffic has settled. It looks at nothing; the caller has seen it.
import { at, type Deletion, withEvent } from "./deletion.ts";

/** Notes when the restored binding was first seen active. Anything else is returned as it is. */
export function seenActive(deletion: Deletion, nowMs: number): Deletion {
	const { restoration } = deletion;
	if (restoration?.state !== "restored" && restoration?.state !== "already_bound") return deletion;
	// Older records lack the member.
	if ((restoration.active_at ?? null) !== null) return deletion;
	const story = withEvent(deletion, nowMs, "active", { binding_id: restoration.binding_id });
	return { ...story, restoration: { ...restoration, active_at: at(nowMs) } };
}
