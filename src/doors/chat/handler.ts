// A message from a chat platform: checks that the platform sent it and that the user may use unbind here, then replies.

import type { IRequest } from "itty-router";
import { log } from "../../log.ts";
import { withinMs } from "../../within-ms.ts";
import { braked } from "../auth/brake.ts";
import type { Context } from "../context.ts";
import { problemResponse } from "../reply/problem.ts";
import { authorise } from "./authorise.ts";
import { deafCard } from "./cards/refusal.ts";
import { answerCommand, answerPress, said, type Turn } from "./conversation.ts";
import type { Call } from "./platform.ts";
import { receive } from "./receive.ts";
import { speak } from "./speak.ts";
import { suggestionsFor } from "./suggestions.ts";
import { longestMs, type Talk } from "./talk.ts";

/** All platforms give up after three seconds. */
const answerWithinMs = 1500;

export async function chat(request: IRequest, context: Context): Promise<Response> {
	const answerByMs = Date.now() + answerWithinMs;
	const received = await receive(request, context);
	if (!received.ok) return problemResponse(received.failure, context.requestId);
	const { chat, platform, heard, isUnsigned } = received.value;
	if (heard.kind === "ping") return platform.pong();

	const { from } = heard;
	const actor = authorise(chat, from);
	const here = { platform: chat.platform, channel: from.channel, userId: from.userId };
	const { origin } = context.url;
	const ledger = context.hurriedLedger(longestMs);
	if (!actor.ok) {
		const told = { platform: chat.platform, user: from.userId.slice(0, 64), why: actor.failure };
		log("warn", "chat_refused", { request_id: context.requestId, ...told });
	} else if (!isUnsigned) context.caller = actor.value.name;

	if (heard.kind === "typing") {
		const talk = actor.ok ? { actor: actor.value, context, ledger, ...here, origin, address: null } : null;
		return platform.suggest(talk === null ? [] : await suggestionsFor(heard.text, talk));
	}
	const { address } = heard;
	const beginning = actor.ok
		? answerTo(heard, { actor: actor.value, context, ledger, ...here, origin, address })
		: Promise.resolve(said(deafCard(actor.failure, from.userId), address));
	const turn = await withinMs(answerByMs - Date.now(), beginning);
	// Without a signature, only a valid button proves the caller.
	if (isUnsigned && actor.ok && turn?.isGuess === false) context.caller = actor.value.name;
	if (isUnsigned && (!actor.ok || turn?.isGuess)) {
		const brake = await braked(request, context);
		if (brake !== null) return problemResponse(brake, context.requestId);
	}
	return speak({ platform, chat, call: heard, origin, context, answerByMs }, beginning, turn);
}

const answerTo = (call: Call, talk: Talk): Promise<Turn> => {
	if (call.kind === "command") return Promise.resolve(answerCommand(call.command, talk));
	const { platform, channel, userId: user } = talk;
	return answerPress({ ...call.press, platform, channel, user }, talk);
};
