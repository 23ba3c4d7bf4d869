// Authenticates and reads a platform's message: first the proof over the raw bytes, then the content, then whether its user
// may use unbind here. It carries nothing out.

import type { IRequest } from "itty-router";
import { cappedBytes } from "../../capped-body.ts";
import type { Chat, PlatformName } from "../../config/chat.ts";
import type { Actor } from "../../deletion/record/actor.ts";
import { fail, ok, type Result } from "../../deletion/result.ts";
import { braked } from "../auth/brake.ts";
import { notProven, provenBody } from "../auth/proven.ts";
import type { Context } from "../context.ts";
import { clickCapBytes, longestUserName } from "../limits.ts";
import { closedProblem } from "../misconfigured.ts";
import { type Problem, problem } from "../reply/problem.ts";
import { discord } from "./platforms/discord.ts";
import { mattermost } from "./platforms/mattermost.ts";
import type { ChatUser, Incoming, Platform } from "./platforms/platform.ts";
import { slack } from "./platforms/slack.ts";
import type { NotAllowed } from "./request.ts";

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
	const chat = context.config.chats.find(({ platform }) => platform === name);
	// An unconfigured platform looks like a wrong proof, so nobody learns what is configured.
	if (chat === undefined) return unproven(await provenBody(request, name, null, context));
	const platform = platforms[chat.platform];
	const { aliases } = context.config;

	if (platform.isUnsigned(request.headers)) {
		const body = await cappedBytes(request.body, clickCapBytes);
		const read = body === null ? null : platform.read(body, aliases);
		// Only a click may come without a signature, because it carries an offer's id.
		if (read?.ok && read.value.kind === "press") return ok({ chat, platform, incoming: read.value, isUnsigned: true });
		return fail((await braked(request, context)) ?? notProven);
	}
	const proven = await provenBody(request, name, { scheme: platform.scheme, secrets: chat.secrets }, context);
	if (!proven.ok) return proven;
	const read = platform.read(proven.value.body, aliases);
	if (!read.ok) return fail(problem("invalid_request", read.failure));
	return ok({ chat, platform, incoming: read.value, isUnsigned: false });
}

const unproven = (result: Result<unknown, Problem>): Result<never, Problem> =>
	fail(result.ok ? notProven : result.failure);

/** The actor on record. Every command and click checks workspace, channel and user against the configuration. */
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
	[...name.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, "")].slice(0, longestUserName).join("");
