// Sends what comes after the answer. Whether it arrives changes nothing: what was done is on record. So a failure is
// logged, and never thrown.
import { log, traceOf } from "../../log.ts";
import type { Message } from "./platform.ts";

const timeoutMs = 4000;
/** A platform may not have seen our answer yet, and then knows of nothing to follow up: it says 404. */
const pausesMs = [200, 800];

/** One after the other, in their order. */
export async function sendAll(messages: readonly Message[], requestId: string): Promise<void> {
	for (const message of messages) await send(message, requestId);
}

async function send({ method, url, body }: Message, requestId: string): Promise<void> {
	// Its path is a credential.
	const { host } = new URL(url);
	for (let attempt = 0; ; attempt++) {
		try {
			const response = await fetch(url, {
				method,
				headers: { "content-type": "application/json" },
				body: JSON.stringify(body),
				redirect: "manual",
				signal: AbortSignal.timeout(timeoutMs),
			});
			await response.body?.cancel();
			if (response.ok) return;
			log("warn", "message_refused", { request_id: requestId, host, status: response.status, attempt: attempt + 1 });
			const pauseMs = pausesMs[attempt];
			if (pauseMs === undefined || !mayPass(response.status)) return;
			await new Promise((resolve) => setTimeout(resolve, pauseMs));
		} catch (error) {
			// It may have arrived all the same; twice would be worse than not at all.
			return log("warn", "message_not_sent", { request_id: requestId, host, ...traceOf(error) });
		}
	}
}

const mayPass = (status: number): boolean => status === 404 || status === 429 || status >= 500;
