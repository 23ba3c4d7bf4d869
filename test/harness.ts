// For tests inside workerd: unbind as its callers see it, and the imitation of Cloudflare's API behind it.
import { env, exports } from "cloudflare:workers";
import { accountId } from "../sandbox/imitation/account.ts";
import type { BehaviourInput } from "../sandbox/imitation/behaviour.ts";
import type { ClockOrder } from "../sandbox/imitation/clock.ts";
import type { Done } from "../sandbox/imitation/elsewhere.ts";
import type { ElsewhereInput } from "../sandbox/imitation/elsewhere-order.ts";
import type { OrderInput } from "../sandbox/imitation/faults.ts";
import type { LogEntry } from "../sandbox/imitation/request-log.ts";
import type { State } from "../sandbox/imitation/state.ts";
import { holdAgainstContract } from "./contract.ts";

export const origin = "https://unbind.example.com";
export const { HISTORY, LEDGER } = env;
export const ledger = () => LEDGER.getByName(accountId);

export interface CallOptions {
	method?: string;
	/** null sends no token. */
	token?: string | null;
	headers?: Record<string, string>;
	json?: unknown;
	body?: BodyInit;
}

export interface Answer {
	status: number;
	headers: Headers;
	text: string;
	// biome-ignore lint/suspicious/noExplicitAny: an answer's members are what tests look at
	json: any;
}

/** Sends one request to unbind, by default as the sandbox's actor. */
export async function call(path: string, options: CallOptions = {}): Promise<Answer> {
	const { method = "GET", token = "unbind_sandbox", headers = {}, json, body } = options;
	const response = await exports.default.fetch(`${origin}${path}`, {
		method,
		headers: {
			...(token === null ? {} : { authorization: `Bearer ${token}` }),
			...(json === undefined ? {} : { "content-type": "application/json" }),
			...headers,
		},
		...(json === undefined ? {} : { body: JSON.stringify(json) }),
		...(body === undefined ? {} : { body }),
		redirect: "manual",
	});
	const text = await response.text();
	holdAgainstContract({ method, path, body: sentBody(json), status: response.status, headers: response.headers, text });
	const isJson = /\bjson\b/.test(response.headers.get("content-type") ?? "") && method !== "HEAD";
	return {
		status: response.status,
		headers: response.headers,
		text,
		json: isJson && text !== "" ? parsed(text) : null,
	};
}

const sentBody = (json: unknown): unknown => (json === undefined ? undefined : JSON.parse(JSON.stringify(json)));

const parsed = (text: string): unknown => {
	try {
		return JSON.parse(text);
	} catch {
		return null;
	}
};

const control = async (method: string, path: string, json?: unknown): Promise<Response> => {
	const response = await fetch(`http://imitation.sandbox/sandbox/${path}`, {
		method,
		...(json === undefined ? {} : { body: JSON.stringify(json) }),
	});
	if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
	return response;
};

/** Controls the imitation from inside workerd. */
export const cloudflare = {
	order: async (...orders: OrderInput[]): Promise<void> => void (await control("POST", "faults", orders)),
	pendingOrders: async (): Promise<unknown[]> => (await control("GET", "faults")).json(),
	/** Every request so far. Waits until there are at least that many. */
	log: async (atLeast = 0): Promise<LogEntry[]> => (await control("GET", `log?at_least=${atLeast}`)).json(),
	forgetLog: async (): Promise<void> => void (await control("DELETE", "log")),
	state: async (): Promise<State> => (await control("GET", "state")).json(),
	put: async (state: State): Promise<void> => void (await control("PUT", "state", state)),
	/** Others delete, create or change bindings, or announce and withdraw prefixes. */
	elsewhere: async (order: ElsewhereInput): Promise<Done> => (await control("POST", "elsewhere", order)).json(),
	/** Permissions, delays, settling and lag. What is left out stays as it is. */
	behave: async (order: BehaviourInput): Promise<void> => void (await control("POST", "behaviour", order)),
	/** Moves Cloudflare's own time. Without it, that is the real time, also under fake timers. */
	clock: async (order: ClockOrder): Promise<void> => void (await control("POST", "clock", order)),
	release: async (): Promise<void> => void (await control("POST", "release")),
	drop: async (): Promise<void> => void (await control("POST", "drop")),
	reset: async (): Promise<void> => void (await control("POST", "reset")),
	/** An assertion of Cloudflare Access. */
	assertion: async (claims: object): Promise<string> => (await control("POST", "access", claims)).text(),
	/** The calls so far, shortened: `GET prefixes`, `DELETE bindings/c01d…3`. */
	calls: async (): Promise<string[]> =>
		(await cloudflare.log()).map(
			({ method, path }) => `${method} ${path.replace(/^.*\/addressing\//, "").replace(/^prefixes\/[^/]+\//, "")}`,
		),
};

export const deletes = async (): Promise<string[]> =>
	(await cloudflare.calls()).filter((one) => one.startsWith("DELETE"));
