// Sends one message to a destination and reads the start of its answer. It follows no redirect, and an answer that is slow, endless
// or cut off costs no more than its time limit.
import type { Outgoing } from "../../notify/destination.ts";
import { readAtMostBytes, timeoutMs } from "./limits.ts";

export interface Posted {
	/** 0 if no answer came. */
	status: number;
	headers: Headers;
	/** The start of the body. */
	text: string;
}

/** Never rejects. Whether a message without an answer arrived is not known. */
export async function post({ method, url, headers, body }: Outgoing): Promise<Posted> {
	try {
		const signal = AbortSignal.timeout(timeoutMs);
		const response = await fetch(url, { method, headers, body, redirect: "manual", signal });
		return { status: response.status, headers: response.headers, text: await startOf(response.body) };
	} catch {
		// The platform's message could quote the address.
		return { status: 0, headers: new Headers(), text: "" };
	}
}

/** What was read before it broke off, if it did: the status has come already. */
async function startOf(body: ReadableStream<Uint8Array> | null): Promise<string> {
	if (body === null) return "";
	const reader = body.getReader();
	const decoder = new TextDecoder();
	let text = "";
	try {
		for (let size = 0; size < readAtMostBytes; ) {
			const { done, value } = await reader.read();
			if (done) return text;
			size += value.byteLength;
			text += decoder.decode(value.subarray(0, readAtMostBytes), { stream: true });
		}
		await reader.cancel();
	} catch {
		return text;
	}
	return text;
}
