// A message from a chat platform: checks that the platform sent it and that the user may use unbind here, then replies.

import type { IRequest } from "itty-router";
import { log } from "../../log.ts";
import { withinMs } from "../../within-ms.ts";
import { braked } from "../auth/brake.ts";
import type { Context } from "../context.ts";
import { problemResponse } from "../reply/problem.ts";
import { answerCommand, answerPress, type Pending, replyNow } from "./answer.ts";
import { authorise } from "./authorise.ts";
import { notAllowedCard } from "./cards/refusal.ts";
import type { Call } from "./platforms/platform.ts";
import { receive } from "./receive.ts";
import { type ChatRequest, longestMs } from "./request.ts";
import { respond } from "./respond.ts";
import { suggestionsFor } from "./suggestions.ts";

/** All platforms give up after three seconds. */
const answerWithinMs = 1500;

export async function chat(request: IRequest, context: Context): Promise<Response> {
	const answerByMs = Date.now() + answerWithinMs;
	const received = await receive(request, context);
	if (!received.ok) return problemResponse(received.failure, context.requestId);
	const { chat, platform, incoming, isUnsigned } = received.value;
	if (incoming.kind === "ping") return platform.pong();

	const { from } = incoming;
	const actor = authorise(chat, from);
	const here = { platform: chat.platform, channel: from.channel, userId: from.userId };
	const { origin } = context.url;
	const ledger = context.hurriedLedger(longestMs);
	if (!actor.ok) {
		const refused = { platform: chat.platform, user: from.userId.slice(0, 64), why: actor.failure };
		log("warn", "chat_refused", { request_id: context.requestId, ...refused });
	} else if (!isUnsigned) context.caller = actor.value.name;

	if (incoming.kind === "typing") {
		const chatRequest = actor.ok ? { actor: actor.value, context, ledger, ...here, origin, address: null } : null;
		return platform.suggest(chatRequest === null ? [] : await suggestionsFor(incoming.text, chatRequest));
	}
	const { address } = incoming;
	const beginning = actor.ok
		? answerTo(incoming, { actor: actor.value, context, ledger, ...here, origin, address })
		: Promise.resolve(replyNow(notAllowedCard(actor.failure, from.userId), address));
	const pending = await withinMs(answerByMs - Date.now(), beginning);
	// Without a signature, only a valid button proves the caller.
	if (isUnsigned && actor.ok && pending?.isGuess === false) context.caller = actor.value.name;
	if (isUnsigned && (!actor.ok || pending?.isGuess)) {
		const brake = await braked(request, context);
		if (brake !== null) return problemResponse(brake, context.requestId);
	}
	return respond({ platform, chat, call: incoming, origin, context, answerByMs }, beginning, pending);
}

const answerTo = (call: Call, request: ChatRequest): Promise<Pending> => {
	if (call.kind === "command") return Promise.resolve(answerCommand(call.command, request));
	const { platform, channel, userId: user } = request;
	return answerPress({ ...call.press, platform, channel, user }, request);
};
