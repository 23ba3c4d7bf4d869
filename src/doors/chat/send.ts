// Sends messages after the answer. What was done is on record whether or not they arrive, so a failure is logged and never
// thrown.

import { log, traceOf } from "../../log.ts";
import { messagePausesMs, messageTimeoutMs } from "../limits.ts";
import type { Message } from "./platforms/platform.ts";

/** One after the other, in order. */
export async function sendAll(messages: readonly Message[], requestId: string): Promise<void> {
	for (const message of messages) await send(message, requestId);
}

async function send({ method, url, body }: Message, requestId: string): Promise<void> {
	// The path is a credential, so only the host is logged.
	const { host } = new URL(url);
	for (let attempt = 0; ; attempt++) {
		try {
			const response = await fetch(url, {
				method,
				headers: { "content-type": "application/json" },
				body: JSON.stringify(body),
				redirect: "manual",
				signal: AbortSignal.timeout(messageTimeoutMs),
			});
			await response.body?.cancel();
			if (response.ok) return;
			log("warn", "message_refused", { request_id: requestId, host, status: response.status, attempt: attempt + 1 });
			const pauseMs = messagePausesMs[attempt];
			if (pauseMs === undefined || !mayPass(response.status)) return;
			await new Promise((resolve) => setTimeout(resolve, pauseMs));
		} catch (error) {
			// It may have arrived anyway; sending it twice would be worse than losing it.
			return log("warn", "message_not_sent", { request_id: requestId, host, ...traceOf(error) });
		}
	}
}

const mayPass = (status: number): boolean => status === 404 || status === 429 || status >= 500;
