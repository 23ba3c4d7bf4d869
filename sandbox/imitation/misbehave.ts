// What each fault does to a request. `sendDeletion` has the effect and returns the true answer. The fault decides whether
// and when it is called, and what the caller sees instead.
import { htmlPage, hugeBody, inHalves } from "./bodies.ts";
import { connectionDropped, type Gate } from "./connection.ts";
import { type ApiError, refuse } from "./envelope.ts";
import type { Fault } from "./faults.ts";

export interface Spoken {
	status: number;
	text: string;
}

export type Body = string | ReadableStream<Uint8Array> | null;

export interface Stage {
	sendDeletion(): Spoken;
	/** Adds Cloudflare's headers. `headers` override them. */
	respond(status: number, body: Body, headers?: Record<string, string>): Response;
	gate: Gate;
	signal: AbortSignal;
}

const json = { "content-type": "application/json" };

export async function misbehave(fault: Fault, stage: Stage): Promise<Response> {
	const { sendDeletion, respond, gate, signal } = stage;
	const asUsual = () => {
		const { status, text } = sendDeletion();
		return respond(status, text, json);
	};
	if ("status" in fault && (fault.effect ?? fault.status < 400)) sendDeletion();

	switch (fault.kind) {
		case "delay":
			await passed(fault.milliseconds, signal);
			return asUsual();
		case "throttle":
			return respond(429, throttled(fault.code), {
				...json,
				...(fault.retry_after !== undefined && { "retry-after": `${fault.retry_after}` }),
			});
		case "reject": {
			const errors = fault.errors ?? [usualError(fault.status)];
			return respond(fault.status, JSON.stringify(refuse(fault.status, ...errors).body), json);
		}
		case "html":
			return respond(fault.status, htmlPage(fault.status), { "content-type": "text/html" });
		case "empty":
			return respond(fault.status, null);
		case "garbage":
			return respond(fault.status, '{"result":{"id":"', json);
		case "redirect":
			return respond(302, null, { location: fault.location });
		case "huge":
			return respond(fault.status, hugeBody(fault.bytes), json);
		case "respond": {
			const text = typeof fault.body === "string" ? fault.body : JSON.stringify(fault.body);
			return respond(fault.status, text, { ...json, ...fault.headers });
		}
		case "drop_before":
			throw connectionDropped();
		case "drop_after":
			sendDeletion();
			throw connectionDropped();
		case "hang_before":
			await gate.pass(signal);
			return asUsual();
		case "hang_after": {
			const { status, text } = sendDeletion();
			await gate.pass(signal);
			return respond(status, text, json);
		}
		case "drop_mid_body":
		case "hang_mid_body": {
			const { status, text } = sendDeletion();
			const before = fault.kind === "hang_mid_body" ? () => gate.pass(signal) : dropped;
			// The content length promises more than arrives, so that the caller cannot take half for the whole.
			const length = `${new TextEncoder().encode(text).length}`;
			return respond(status, inHalves(text, before), { ...json, "content-length": length });
		}
	}
}

const dropped = () => Promise.reject(connectionDropped());

export function passed(milliseconds: number, signal: AbortSignal): Promise<void> {
	return new Promise((resolve, reject) => {
		const timer = setTimeout(resolve, milliseconds);
		signal.addEventListener("abort", () => {
			clearTimeout(timer);
			reject(connectionDropped());
		});
	});
}

function throttled(code: 971 | 1002): string {
	const message =
		code === 971
			? "Please wait and consider throttling your request speed"
			: "prefix was withdrawn less than 15 minutes ago";
	return JSON.stringify(refuse(429, { code, message }).body);
}

function usualError(status: number): ApiError {
	if (status === 403) return { code: 10000, message: "Authentication error" };
	if (status === 400) return { code: 6003, message: "Invalid request headers" };
	return { code: 10001, message: "internal error" };
}
