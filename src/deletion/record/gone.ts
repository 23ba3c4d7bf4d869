// Whether a record says that its binding is gone, why, and since when. The binding may have been created again since.
import type { Deletion, State } from "./deletion.ts";

/** Done by us, or seen to be done. */
export const goneStates: readonly State[] = ["deleted", "already_gone", "deleted_elsewhere", "restored"];
export const isGone = (state: State): boolean => goneStates.includes(state);

/** How the binding of a restored or restorable record was removed. */
export function goneAs({ timeline, elsewhere }: Deletion): "deleted" | "already_gone" | "deleted_elsewhere" {
	if (elsewhere !== undefined) return "deleted_elsewhere";
	return timeline.some(({ event }) => event === "already_gone") ? "already_gone" : "deleted";
}

/** When the binding disappeared, as far as we know. It stays the same after a restoration. */
export const goneAtMs = ({ settled_at }: Deletion): number => Date.parse(settled_at ?? "");
