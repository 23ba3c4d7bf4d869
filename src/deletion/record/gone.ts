// Whether a record says that its binding is gone, and why. The binding may have been created again since.
import type { Deletion, State } from "./deletion.ts";

/** Done by us, or seen to be done. */
export const goneStates: readonly State[] = ["deleted", "already_gone", "deleted_elsewhere", "restored"];
export const isGone = (state: State): boolean => goneStates.includes(state);

/** How the binding of a restored or restorable record was removed. */
export function carriedOutAs({ timeline, elsewhere }: Deletion): "deleted" | "already_gone" | "deleted_elsewhere" {
	if (elsewhere !== undefined) return "deleted_elsewhere";
	return timeline.some(({ event }) => event === "already_gone") ? "already_gone" : "deleted";
}

/**
 * The bindings of earlier restorations of this record. When another restoration is under way they are gone for good, as Cloudflare
 * never reuses an id, but a read that lags may still show one.
 */
export const restoredBefore = ({ timeline }: Deletion): string[] =>
	timeline
		.filter(({ event }) => event === "restored" || event === "already_bound")
		.flatMap(({ binding_id: id }) => (typeof id === "string" ? [id] : []));
