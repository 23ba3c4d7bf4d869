// What an actor of a record may do now, by the configuration as it is now.
import type { Config } from "../config.ts";
import { type Actor, folded, type Party, sameName } from "../deletion/actor.ts";
import type { ChatUser } from "./chat.ts";
import type { Part } from "./part.ts";

/** null when there is no such actor any more. */
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
	}
}

/** By the platform's own id of the user: a name of ours can go over to somebody else. */
function userOf({ platform, user_id }: Party, { chats }: Config): ChatUser | null {
	const chat = chats.find((one) => one.platform === platform);
	return chat?.users.find(({ id }) => id === user_id) ?? null;
}

/** The part of the configuration that says what the party may do; null if that is TOKENS, without which nothing works. */
export function partBehind({ door, name, platform }: Party): Part | null {
	switch (door) {
		case "api":
		case "cloudflare":
			return null;
		case "page":
			return "page";
		case "webhook":
			return `webhooks/${folded(name)}`;
		case "chat":
			return `chat/${platform ?? ""}`;
	}
}
