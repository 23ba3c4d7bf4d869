// A message from a chat platform: authenticate, read, carry out, answer. It decides nothing about a deletion.
// The platform gets its answer in time, however slow Cloudflare is: the reply if it is ready, else a note that it is coming,
// and the reply as a later message.

import type { IRequest } from "itty-router";
import type { Actor } from "../../deletion/record/actor.ts";
import { log, traceOf } from "../../log.ts";
import { withinMs } from "../../within-ms.ts";
import { braked } from "../auth/brake.ts";
import type { Context } from "../context.ts";
import { chatAnswerMs, chatCallMs } from "../limits.ts";
import { problemResponse } from "../reply/problem.ts";
import { answer, type Pending, replyNow } from "./answer.ts";
import type { Call, Destination, Message } from "./platforms/platform.ts";
import { authorise, type Received, receive } from "./receive.ts";
import { reply } from "./reply.ts";
import { brokenCard, type ChatRequest, notAllowedCard } from "./request.ts";
import { sendAll } from "./send.ts";
import { suggestionsFor } from "./suggestions.ts";

export async function chat(request: IRequest, context: Context): Promise<Response> {
	const answerByMs = Date.now() + chatAnswerMs;
	const received = await receive(request, context);
	if (!received.ok) return problemResponse(received.failure, context.requestId);
	const { chat, platform, incoming, isUnsigned } = received.value;
	if (incoming.kind === "ping") return platform.pong();

	const { channel, userId } = incoming.from;
	const actor = authorise(chat, incoming.from);
	if (!actor.ok) {
		const refused = { platform: chat.platform, user: userId.slice(0, 64), why: actor.failure };
		log("warn", "chat_refused", { request_id: context.requestId, ...refused });
	} else if (!isUnsigned) context.caller = actor.value.name;

	const address = incoming.kind === "typing" ? null : incoming.address;
	const { origin } = context.url;
	const ledger = context.ledgerWithin(chatCallMs);
	const here = { platform: chat.platform, channel, userId, origin, address };
	const requestBy = (actor: Actor): ChatRequest => ({ actor, context, ledger, ...here });
	if (incoming.kind === "typing")
		return platform.suggest(actor.ok ? await suggestionsFor(incoming.text, requestBy(actor.value)) : []);

	const beginning = actor.ok
		? answer(incoming, requestBy(actor.value))
		: Promise.resolve(replyNow(notAllowedCard(actor.failure, userId), address));
	const pending = await withinMs(answerByMs - Date.now(), beginning);
	// Without a signature, only a valid button proves the caller.
	if (isUnsigned && actor.ok && pending?.isGuess === false) context.caller = actor.value.name;
	if (isUnsigned && (!actor.ok || pending?.isGuess)) {
		const brake = await braked(request, context);
		if (brake !== null) return problemResponse(brake, context.requestId);
	}
	return respond({ ...received.value, call: incoming, context, answerByMs }, beginning, pending);
}

interface Exchange extends Pick<Received, "chat" | "platform"> {
	call: Call;
	context: Context;
	answerByMs: number;
}

/** @param pending the result of `beginning`; null if it is not there yet. */
async function respond(
	{ chat, platform, call, context, answerByMs }: Exchange,
	beginning: Promise<Pending>,
	pending: Pending | null,
): Promise<Response> {
	const { requestId, url } = context;
	const nothingYet = { meanwhile: null, address: call.address, isCallers: true };
	const to = ({ address, isCallers }: Pick<Pending, "address" | "isCallers">): Destination => {
		return { chat, address, isCallers, origin: url.origin };
	};
	const replied = beginning
		.then(async (begun) => ({ to: to(begun), reply: await begun.reply }))
		.catch((error) => {
			log("error", "chat_failed", { request_id: requestId, ...traceOf(error) });
			return { to: to(nothingYet), reply: reply(brokenCard) };
		});
	const announced = ({ to, reply: { announcement } }: Awaited<typeof replied>): Message[] =>
		announcement === null ? [] : platform.announce(announcement, to);
	const early = await withinMs(Math.max(0, answerByMs - Date.now()), replied);
	if (early !== null) {
		const { response, messages } = platform.answer(call, early.reply, early.to);
		context.runAfterAnswer(sendAll([...messages, ...announced(early)], requestId));
		return response;
	}
	const { meanwhile, ...begun } = pending ?? nothingYet;
	const first = platform.acknowledge(call, meanwhile, to(begun));
	const firstSent = sendAll(first.messages, requestId);
	const later = async () => {
		const late = await replied;
		await firstSent;
		await sendAll([...platform.followUp(call, late.reply, late.to), ...announced(late)], requestId);
	};
	context.runAfterAnswer(later());
	return first.response;
}
