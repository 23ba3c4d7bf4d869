// The sentence for a request that joined another request's deletion.
import { type Deletion, isOpen } from "./deletion.ts";

/** null if there is nothing left to wait for. */
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
