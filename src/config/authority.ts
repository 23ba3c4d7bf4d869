// What the actor of a record may do now, according to the current configuration.
import type { Config } from "../config.ts";
import { type Actor, folded, type Party, sameName } from "../deletion/record/actor.ts";
import type { ChatUser } from "./chat.ts";
import type { Part } from "./problem.ts";

/** null if the actor no longer exists. */
export function authorityOf(party: Party, config: Config): Pick<Actor, "scopes" | "ranges"> | null {
	const named = ({ name }: { name: string }) => sameName(name, party.name);
	switch (party.door) {
		case "api":
		case "cloudflare":
			return config.tokenHolders.find(named) ?? null;
		case "page":
			return config.access?.users.find(named) ?? config.tokenHolders.find(named) ?? null;
		case "webhook":
			return config.senders.find(named) ?? null;
		case "chat":
			return userOf(party, config);
		// It records what others did, whatever name the audit log gives them.
		case "watch":
			return null;
	}
}

/** Found by the platform's own user id: a configured name can move to someone else. */
function userOf({ platform, user_id }: Party, { chats }: Config): ChatUser | null {
	const chat = chats.find((one) => one.platform === platform);
	return chat?.users.find(({ id }) => id === user_id) ?? null;
}

/** The part of the configuration that says what the party may do; null for TOKENS, without which nothing works anyway, and for the watch. */
export function partBehind({ door, name, platform }: Party): Part | null {
	switch (door) {
		case "api":
		case "cloudflare":
		case "watch":
			return null;
		case "page":
			return "page";
		case "webhook":
			return `webhooks/${folded(name)}`;
		case "chat":
			return `chat/${platform ?? ""}`;
	}
}
