// Answers a platform in time, however slow Cloudflare is: with the reply if it is ready, otherwise with an acknowledgement
// and the reply as a later message.
import type { Chat } from "../../config/chat.ts";
import { log, traceOf } from "../../log.ts";
import { withinMs } from "../../within-ms.ts";
import type { Context } from "../context.ts";
import type { Pending } from "./answer.ts";
import { reply } from "./card.ts";
import { brokenCard } from "./cards/refusal.ts";
import type { Call, Destination, Platform } from "./platforms/platform.ts";
import { sendAll } from "./send.ts";

export interface Exchange {
	platform: Platform;
	chat: Chat;
	call: Call;
	origin: string;
	context: Context;
	answerByMs: number;
}

/** @param pending the result of `beginning`; null if it is not there yet. */
export async function respond(
	exchange: Exchange,
	beginning: Promise<Pending>,
	pending: Pending | null,
): Promise<Response> {
	const { platform, chat, call, origin, context, answerByMs } = exchange;
	const { requestId } = context;
	const to = ({ address, isCallers }: Pick<Pending, "address" | "isCallers">): Destination => ({
		chat,
		address,
		isCallers,
		origin,
	});
	const replied = beginning
		.then(async (begun) => ({ begun, reply: await begun.reply }))
		.catch((error) => {
			log("error", "chat_failed", { request_id: requestId, ...traceOf(error) });
			return { begun: { address: call.address, isCallers: true }, reply: reply(brokenCard) };
		});
	const early = await withinMs(Math.max(0, answerByMs - Date.now()), replied);
	if (early !== null) {
		const { response, messages } = platform.answer(call, early.reply, to(early.begun));
		context.goOn(sendAll(messages, requestId));
		return response;
	}
	const first = platform.acknowledge(
		call,
		pending?.meanwhile ?? null,
		to(pending ?? { address: call.address, isCallers: true }),
	);
	const firstSent = sendAll(first.messages, requestId);
	const later = async () => {
		const late = await replied;
		await firstSent;
		await sendAll(platform.followUp(call, late.reply, to(late.begun)), requestId);
	};
	context.goOn(later());
	return first.response;
}
