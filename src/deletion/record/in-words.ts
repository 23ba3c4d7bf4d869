// Sentences about a record that every door shows.
import { type Deletion, isOpen, type State } from "./deletion.ts";

const stateWords: Record<State, string> = {
	received: "the binding is being looked up",
	pending_approval: "it waits for approval",
	scheduled: "it is scheduled",
	deleting: "the binding is being deleted",
	unknown: "its outcome is not known yet",
	deleted: "the binding was deleted",
	already_gone: "the binding was already gone",
	refused: "it was refused",
	failed: "it failed",
	cancelled: "it was cancelled",
	expired: "its approval expired",
	restored: "the binding was deleted and restored",
	deleted_elsewhere: "the binding disappeared without unbind",
};

/** To end a sentence about a deletion: "it was cancelled at 2026-02-20T09:00:00.000Z". */
export const stateInWords = ({ state, settled_at }: Deletion): string =>
	settled_at === null || state === "restored" ? stateWords[state] : `${stateWords[state]} at ${settled_at}`;

/** For a request that joined another request's deletion; null if there is nothing left to wait for. */
export function joinedWords(deletion: Deletion): string | null {
	if (!isOpen(deletion)) return null;
	const { actor, binding, target, not_before, approval } = deletion;
	const whose = `the deletion of ${binding?.cidr ?? target} that ${actor.name} requested`;
	switch (deletion.state) {
		case "scheduled":
			return not_before === null
				? `Your request joined ${whose}. It starts when the freeze is lifted.`
				: `Your request joined ${whose}. It is scheduled for ${not_before}. Nothing is deleted before then.`;
		case "pending_approval":
			return `Your request joined ${whose}. It waits for approval until ${approval?.expires_at}. Nothing is deleted unless someone approves it.`;
		default:
			return `Your request joined ${whose}. It is under way.`;
	}
}
