// What records say in one word, in the words of the pages.
import type { Door } from "../../deletion/actor.ts";
import type { State } from "../../deletion/deletion.ts";

export const stateWords: Record<State, string> = {
	received: "received",
	pending_approval: "waits for approval",
	scheduled: "scheduled",
	deleting: "deleting",
	unknown: "outcome unknown",
	deleted: "deleted",
	already_gone: "already gone",
	refused: "refused",
	failed: "failed",
	cancelled: "cancelled",
	expired: "expired",
	restored: "restored",
};

export const doorWords: Record<Door, string> = {
	api: "API",
	cloudflare: "Cloudflare API",
	webhook: "webhook",
	chat: "chat",
	page: "page",
};
