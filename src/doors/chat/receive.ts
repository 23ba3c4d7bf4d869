// Authenticates and reads a platform's message: first the proof over the raw bytes, then the content, then whether its user
// may use unbind here. It carries nothing out.

import type { IRequest } from "itty-router";
import { cappedBytes } from "../../capped-body.ts";
import type { Chat, PlatformName } from "../../config/chat.ts";
import type { Actor } from "../../deletion/record/actor.ts";
import { fail, ok, type Result } from "../../deletion/result.ts";
import { tooManyFailures } from "../auth/failure-limit.ts";
import { notProven, provenBody } from "../auth/proven.ts";
import type { Context } from "../context.ts";
import { clickCapBytes, longestUserName } from "../limits.ts";
import { closedProblem } from "../misconfigured.ts";
import { type Problem, problem } from "../reply/problem.ts";
import { discord } from "./platforms/discord.ts";
import { mattermost } from "./platforms/mattermost.ts";
import type { Author, Incoming, Platform } from "./platforms/platform.ts";
import { slack } from "./platforms/slack.ts";
import type { NotAllowed } from "./reply.ts";

export const platforms: Record<PlatformName, Platform> = { slack, discord, mattermost };

export interface Received {
	chat: Chat;
	platform: Platform;
	incoming: Incoming;
	/** Only the offer's id proves that the platform sent it. */
	isUnsigned: boolean;
}

export async function receive(request: IRequest, context: Context): Promise<Result<Received, Problem>> {
	const name = request.params.platform ?? "";
	const closed = closedProblem(`chat/${name}`, context);
	if (closed !== null) return fail(closed);
	const { aliases, chats } = context.config;
	const prover = proverIn(chats, name);
	if (prover?.platform.isUnsigned(request.headers)) {
		const body = await cappedBytes(request.body, clickCapBytes);
		const read = body === null ? null : prover.platform.read(body, aliases);
		// Only a click may come without a signature, because it carries an offer's id.
		if (read?.ok && read.value.kind === "press")
			return ok({ chat: prover.chat, platform: prover.platform, incoming: read.value, isUnsigned: true });
		return fail((await tooManyFailures(request, context)) ?? notProven);
	}
	const proven = await provenBody(request, name, prover, context);
	if (!proven.ok) return proven;
	const { chat, platform } = proven.value.prover;
	const read = platform.read(proven.value.body, aliases);
	if (!read.ok) return fail(problem("invalid_request", read.failure));
	return ok({ chat, platform, incoming: read.value, isUnsigned: false });
}

/** null if the platform is not configured. */
function proverIn(chats: readonly Chat[], name: string) {
	const chat = chats.find(({ platform }) => platform === name);
	if (chat === undefined) return null;
	const platform = platforms[chat.platform];
	return { chat, platform, scheme: platform.scheme, secrets: chat.secrets };
}

/** The actor on record. Every command and click checks workspace, channel and user against the configuration. */
export function authorise(chat: Chat, { workspace, channel, userId, userName }: Author): Result<Actor, NotAllowed> {
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
	[...name.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, "")].slice(0, longestUserName).join("");
