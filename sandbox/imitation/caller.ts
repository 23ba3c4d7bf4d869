// Calls and controls the imitation in its tests, with paths of the fixed account and a credential.
import { accountId } from "./account.ts";
import { sandboxApiToken } from "./credentials.ts";
import type { Imitation } from "./imitation.ts";
import { apiHost, controlHost, createOutbound } from "./outbound.ts";

export const withToken = { authorization: `Bearer ${sandboxApiToken}` };

export const addressing = `/client/v4/accounts/${accountId}/addressing`;
export const prefixId = "2af39739cc4e3b5910c918468bb89828";
export const prefixPath = `${addressing}/prefixes/${prefixId}`;
export const bindingId = "c01d0000000000000000000000000003";
export const bindingPath = `${prefixPath}/bindings/${bindingId}`;

export interface Envelope {
	success: boolean;
	result?: unknown;
	errors: { code: number; message: string; error_chain?: { code: number }[] }[];
	messages: unknown[];
}

export interface Init {
	headers?: Record<string, string>;
	json?: unknown;
	signal?: AbortSignal;
}

export function toRequest(method: string, path: string, init: Init = {}): Request {
	const { headers = withToken, json, signal } = init;
	return new Request(`https://${apiHost}${path}`, {
		method,
		headers,
		...(signal && { signal }),
		...(json !== undefined && { body: JSON.stringify(json) }),
	});
}

export async function call(imitation: Imitation, method: string, path: string, init?: Init) {
	const response = await imitation.handle(toRequest(method, path, init));
	const envelope: Envelope = JSON.parse(await response.text());
	const codes = envelope.errors.map(({ code }) => code);
	return { response, status: response.status, envelope, codes };
}

export async function control(imitation: Imitation, method: string, path: string, json?: unknown) {
	const response = await createOutbound(imitation)(
		new Request(`http://${controlHost}/sandbox${path}`, {
			method,
			...(json !== undefined && { body: JSON.stringify(json) }),
		}),
	);
	const text = await response.text();
	const body: unknown = text === "" ? null : JSON.parse(text);
	return { status: response.status, body };
}
