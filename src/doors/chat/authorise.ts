// Whether a chat user may use unbind here, and as which actor. Every command and click checks workspace, channel and user
// against the configuration.
import type { Chat } from "../../config/chat.ts";
import type { Actor } from "../../deletion/record/actor.ts";
import { fail, ok, type Result } from "../../deletion/result.ts";
import type { NotAllowed } from "./cards/refusal.ts";
import type { ChatUser } from "./platforms/platform.ts";

const longestName = 64;

export function authorise(chat: Chat, { workspace, channel, userId, userName }: ChatUser): Result<Actor, NotAllowed> {
	if (workspace !== chat.workspace) return fail("other_workspace");
	if (!chat.channels.includes(channel)) return fail("other_channel");
	const user = chat.users.find(({ id }) => id === userId);
	if (user === undefined) return fail("unknown_user");
	const { name, scopes, ranges } = user;
	const { platform } = chat;
	return ok({ name, door: "chat", platform, user_id: userId, user_name: cleaned(userName), scopes, ranges });
}

/** Users choose this name and it goes on record, so control and direction characters are removed. */
const cleaned = (name: string): string =>
	[...name.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, "")].slice(0, longestName).join("");
