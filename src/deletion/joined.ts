// What a request that joined another one's deletion is told.
import { type Deletion, isOpen } from "./deletion.ts";

/** null where there is nothing more to wait for. */
export function joinedWords(deletion: Deletion): string | null {
	if (!isOpen(deletion)) return null;
	const { actor, binding, target, not_before, approval } = deletion;
	const whose = `the deletion of ${binding?.cidr ?? target} that ${actor.name} requested`;
	switch (deletion.state) {
		case "scheduled":
			return not_before === null
				? `Your request joined ${whose}. It starts when no freeze holds it up.`
				: `Your request joined ${whose}. It is scheduled for ${not_before}; nothing is deleted before then.`;
		case "pending_approval":
			return `Your request joined ${whose}. It waits for an approval until ${approval?.expires_at}; nothing is deleted before that.`;
		default:
			return `Your request joined ${whose}. It is under way.`;
	}
}
