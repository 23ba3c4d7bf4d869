// Connects node:http and web standards, and does what web standards cannot: a dropped connection destroys the socket.
// miniflare takes such a handler as `outboundService: { node }`, and the Worker's fetch() then rejects as in
// production. If a plain function throws, the Worker gets a 500.
import type { IncomingMessage, ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { isConnectionDropped } from "./connection.ts";
import type { Imitation } from "./imitation.ts";
import { createOutbound } from "./outbound.ts";

export type WebHandler = (request: Request) => Promise<Response>;

/** Sends a web-standard handler's answer over node:http. `origin` goes before the path. */
export async function speak(
	req: IncomingMessage,
	res: ServerResponse,
	origin: string,
	handle: WebHandler,
): Promise<void> {
	const gone = new AbortController();
	res.on("close", () => gone.abort());
	try {
		const response = await handle(await toRequest(req, origin, gone.signal));
		res.writeHead(response.status, [...response.headers].flat());
		res.flushHeaders();
		for await (const chunk of response.body ?? []) {
			if (res.destroyed) return;
			if (!res.write(chunk)) await drained(res);
		}
		res.end();
	} catch (error) {
		if (isConnectionDropped(error) || res.headersSent) {
			res.destroy();
		} else {
			res.writeHead(500, { "content-type": "text/plain" });
			res.end(error instanceof Error ? error.message : "unknown error");
		}
	}
}

/**
 * For miniflare's `outboundService: { node: … }`. Given a function, each runtime (in tests, each test file) gets its
 * own imitation, so that files can run side by side.
 */
export function createNodeOutbound(imitation: Imitation | (() => Imitation)) {
	const outbounds = new WeakMap<object, WebHandler>();
	const shared = typeof imitation === "function" ? null : createOutbound(imitation);
	const outboundOf = (runtime: object): WebHandler => {
		if (typeof imitation !== "function") return shared ?? createOutbound(imitation);
		const known = outbounds.get(runtime) ?? createOutbound(imitation());
		outbounds.set(runtime, known);
		return known;
	};
	return (req: IncomingMessage, res: ServerResponse, runtime: object): Promise<void> =>
		speak(req, res, `https://${req.headers.host}`, outboundOf(runtime));
}

async function toRequest(req: IncomingMessage, origin: string, signal: AbortSignal) {
	const headers = new Headers();
	for (const [name, value] of Object.entries(req.headers)) {
		for (const one of [value ?? []].flat()) headers.append(name, one);
	}
	const method = req.method ?? "GET";
	const body = await text(req);
	const init = { method, headers, signal, ...(body !== "" && { body }) };
	return new Request(origin + (req.url ?? "/"), init);
}

function drained(res: ServerResponse): Promise<void> {
	return new Promise((resolve) => {
		const go = () => {
			res.off("drain", go);
			res.off("close", go);
			resolve();
		};
		res.on("drain", go);
		res.on("close", go);
	});
}
