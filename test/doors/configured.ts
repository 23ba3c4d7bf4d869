// Calls the Worker with settings other than the sandbox's, in an environment of its own.

import { env } from "cloudflare:workers";
import { createHash } from "node:crypto";
import type { Env } from "../../src/config.ts";
import worker from "../../src/index.ts";
import { holdAgainstContract } from "../contract.ts";
import { type Answer, origin } from "../harness.ts";

// Its own type, with everything RPC adds to it, is too much for the compiler.
const sandboxEnv = env as unknown as Env;

export const sha256 = (token: string): string => createHash("sha256").update(token).digest("hex");

/** The Worker itself, without anything between it and the client. */
export const fetchWorker = (
	request: Request<unknown, IncomingRequestCfProperties>,
	settings: Record<string, unknown> = {},
): Promise<Response> => worker.fetch(request, { ...sandboxEnv, ...settings });

/** Sends one request to an unbind with the sandbox's settings, except for these. */
export async function callConfigured(
	settings: Record<string, unknown>,
	path: string,
	{ method = "GET", headers = {}, body }: { method?: string; headers?: Record<string, string>; body?: BodyInit } = {},
): Promise<Answer> {
	const request = new Request<unknown, IncomingRequestCfProperties>(`${origin}${path}`, {
		method,
		headers,
		...(body === undefined ? {} : { body }),
	});
	const response = await fetchWorker(request, settings);
	const text = await response.text();
	holdAgainstContract({ method, path, body: undefined, status: response.status, headers: response.headers, text });
	return { status: response.status, headers: response.headers, text, json: text === "" ? null : JSON.parse(text) };
}
