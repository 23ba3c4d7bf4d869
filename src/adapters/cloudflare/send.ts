// Makes one call to Cloudflare's API and returns the raw answer. It never interprets or redacts (`interpret.ts` does), never
// retries and never throws: a failed call is a value too.

import { cappedText } from "../../capped-body.ts";
import { answerCapBytes } from "./limits.ts";

/** A constant, not a setting: nobody can point the credential elsewhere. */
const apiAddress = "https://api.cloudflare.com/client/v4";

export type Credential = { apiToken: string } | { email: string; apiKey: string };

export interface CloudflareCall {
	method: "GET" | "DELETE" | "POST";
	/** Below the API's address, built from checked ids only. */
	path: string;
	/** JSON. */
	body?: string;
}

export interface Sent {
	/** null: no answer came, and `text` says why. */
	status: number | null;
	headers: Headers;
	text: string;
	durationMs: number;
}

interface SendOptions {
	credential: Credential;
	timeoutMs: number;
	now(): number;
}

export async function send(call: CloudflareCall, { credential, timeoutMs, now }: SendOptions): Promise<Sent> {
	const startedAtMs = now();
	const abort = new AbortController();
	const timer = setTimeout(() => abort.abort(), timeoutMs);
	const noAnswer = (text: string): Sent => ({
		status: null,
		headers: new Headers(),
		text,
		durationMs: now() - startedAtMs,
	});
	try {
		const response = await fetch(`${apiAddress}${call.path}`, {
			method: call.method,
			headers: {
				accept: "application/json",
				"user-agent": "unbind",
				...(call.body === undefined ? {} : { "content-type": "application/json" }),
				...credentialHeaders(credential),
			},
			...(call.body === undefined ? {} : { body: call.body }),
			redirect: "manual",
			signal: abort.signal,
		});
		const text = await cappedText(response.body, answerCapBytes);
		if (text === null) return noAnswer(`the answer was larger than ${answerCapBytes} bytes`);
		return {
			status: response.status,
			headers: response.headers,
			text,
			durationMs: now() - startedAtMs,
		};
	} catch {
		// The platform's message about a broken connection has no fixed form and may quote what was sent, so it is dropped.
		return noAnswer(abort.signal.aborted ? `no answer within ${timeoutMs} ms` : "the connection broke");
	} finally {
		clearTimeout(timer);
	}
}

/** Exactly one scheme: with both, Cloudflare would choose which one to check. */
const credentialHeaders = (credential: Credential): Record<string, string> =>
	"apiToken" in credential
		? { authorization: `Bearer ${credential.apiToken}` }
		: { "x-auth-email": credential.email, "x-auth-key": credential.apiKey };
