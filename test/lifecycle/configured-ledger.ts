// A Ledger with settings other than the sandbox's. It reads them from its environment on its first request, so this has
// to come before that.
import { runInDurableObject } from "cloudflare:test";
import type { Ledger } from "../../src/index.ts";
import { fetchWorker, sha256 } from "../doors/configured.ts";
import { type Answer, ledger, origin } from "../harness.ts";

/** Lasts until the object is reset. */
export const configureLedger = (settings: Record<string, unknown>): Promise<void> =>
	runInDurableObject<Ledger, void>(ledger(), (object) => {
		const own: unknown = Reflect.get(object, "env");
		if (typeof own !== "object") throw new Error("a Ledger without an environment");
		Object.defineProperty(object, "env", { value: { ...own, ...settings }, configurable: true });
	});

/** TOKENS with one caller: the name is also the token. */
export function tokensWith(name: string, scopes: string[], ranges: string[]): { TOKENS: string } {
	return { TOKENS: JSON.stringify({ [name]: { sha256: sha256(name), scopes, ranges } }) };
}

/** Sends one request as that caller. */
export async function callAs(
	name: string,
	tokens: { TOKENS: string },
	path: string,
	{ method = "GET", json, headers = {} }: { method?: string; json?: unknown; headers?: Record<string, string> } = {},
): Promise<Answer> {
	const request = new Request<unknown, IncomingRequestCfProperties>(origin + path, {
		method,
		headers: {
			authorization: `Bearer ${name}`,
			...(json === undefined ? {} : { "content-type": "application/json" }),
			...headers,
		},
		...(json === undefined ? {} : { body: JSON.stringify(json) }),
	});
	const response = await fetchWorker(request, tokens);
	const text = await response.text();
	return { status: response.status, headers: response.headers, text, json: text === "" ? null : JSON.parse(text) };
}
