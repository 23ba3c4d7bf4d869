// A message from a chat platform: authenticate, read, carry out, respond. It decides nothing about a deletion.
// The platform gets its response in time, however slow Cloudflare is: the reply if it is ready, else a note that it is coming,
// and the reply as a later message.

import type { IRequest } from "itty-router";
import type { Actor } from "../../deletion/record/actor.ts";
import { log, traceOf } from "../../log.ts";
import { withinMs } from "../../within-ms.ts";
import { tooManyFailures } from "../auth/failure-limit.ts";
import type { Context } from "../context.ts";
import { chatAnswerMs, chatCallMs } from "../limits.ts";
import { problemResponse } from "../reply/problem.ts";
import { answer, type ReplyInProgress, replyNow } from "./answer.ts";
import type { Call, Message, ReplyAddress } from "./platforms/platform.ts";
import { authorise, type Received, receive } from "./receive.ts";
import { brokenCard, type ChatRequest, notAllowedCard, reply } from "./reply.ts";
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

	// `accepting` ends when the Ledger has taken or refused a press, its `reply` when the work is done.
	const accepting = actor.ok
		? answer(incoming, requestBy(actor.value))
		: Promise.resolve(replyNow(notAllowedCard(actor.failure, userId), address));
	const accepted = await withinMs(answerByMs - Date.now(), accepting);
	// Without a signature, only a valid button proves the caller.
	if (isUnsigned && actor.ok && accepted?.isGuess === false) context.caller = actor.value.name;
	if (isUnsigned && (!actor.ok || accepted?.isGuess)) {
		const limited = await tooManyFailures(request, context);
		if (limited !== null) return problemResponse(limited, context.requestId);
	}
	return respond({ ...received.value, call: incoming, context, answerByMs }, accepting, accepted);
}

interface Exchange extends Pick<Received, "chat" | "platform"> {
	call: Call;
	context: Context;
	answerByMs: number;
}

/** @param accepted the result of `accepting`; null if it is not there yet. */
async function respond(
	{ chat, platform, call, context, answerByMs }: Exchange,
	accepting: Promise<ReplyInProgress>,
	accepted: ReplyInProgress | null,
): Promise<Response> {
	const { requestId, url } = context;
	const nothingYet = { meanwhile: null, address: call.address, callerCanSee: true };
	const to = ({ address, callerCanSee }: Pick<ReplyInProgress, "address" | "callerCanSee">): ReplyAddress => {
		return { chat, address, callerCanSee, origin: url.origin };
	};
	const replied = accepting
		.then(async (begun) => ({ to: to(begun), reply: await begun.reply }))
		.catch((error) => {
			log("error", "chat_failed", { request_id: requestId, ...traceOf(error) });
			return { to: to(nothingYet), reply: reply(brokenCard) };
		});
	const announced = ({ to, reply: { announcement } }: Awaited<typeof replied>): Message[] =>
		announcement === null ? [] : platform.announce(announcement, to);
	const early = await withinMs(Math.max(0, answerByMs - Date.now()), replied);
	if (early !== null) {
		const { response, messages } = platform.respondNow(call, early.reply, early.to);
		context.runAfterAnswer(sendAll([...messages, ...announced(early)], requestId));
		return response;
	}
	const { meanwhile, ...begun } = accepted ?? nothingYet;
	const first = platform.respondLater(call, meanwhile, to(begun));
	const firstSent = sendAll(first.messages, requestId);
	const later = async () => {
		const late = await replied;
		await firstSent;
		await sendAll([...platform.followUp(call, late.reply, late.to), ...announced(late)], requestId);
	};
	context.runAfterAnswer(later());
	return first.response;
}
