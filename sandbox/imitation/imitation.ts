// The imitation of Cloudflare's Addressing API: a request in, a response out, and state in between. It uses only web
// standards, so it runs in Node and in workerd, and never uses the network.
import * as v from "valibot";
import { createMessages, type Messages } from "../chat/messages.ts";
import { accountId } from "./account.ts";
import { createGate } from "./connection.ts";
import { authenticate, type Credential, permits, sandboxCredentials, schemeOf } from "./credentials.ts";
import { type Answer, noRoute, notPermitted, refuse } from "./envelope.ts";
import { createFaultQueue, type Fault, type FaultQueue } from "./faults.ts";
import { type Body, misbehave, type Spoken } from "./misbehave.ts";
import { createPast } from "./past.ts";
import { createRateLimit } from "./rate-limit.ts";
import { createRequestLog, type RequestLog } from "./request-log.ts";
import { route } from "./routes.ts";
import { freshState, type State, type StateInput, stateSchema } from "./state.ts";

export interface ImitationOptions {
	credentials?: Credential[];
	account?: string;
	state?: StateInput;
	now?: () => number;
	/** Returns 32 hexadecimal digits, new each time. */
	newId?: () => string;
	/** Refuses calls over Cloudflare's limit. Without it, the limit is only reported. */
	enforceRateLimit?: boolean;
	/** A limit other than Cloudflare's, for tests that do in minutes what would take hours there. */
	callsPerWindow?: number;
	/** How far a read lags behind. Called for each read separately. */
	lagMs?: (path: string) => number;
	/** Called after each change with a snapshot. */
	onChange?: (state: State) => void;
}

export interface Imitation {
	/** Throws when the connection breaks (`isConnectionDropped`). */
	handle(request: Request): Promise<Response>;
	snapshot(): State;
	replace(state: StateInput): void;
	/** Resets the state, clears faults and log, and drops held requests. */
	reset(): void;
	/** Lets requests held by a hang_* fault continue as usual. */
	release(): void;
	/** Drops the connections of requests held by a hang_* fault. */
	drop(): void;
	faults: FaultQueue;
	log: RequestLog;
	/** What was sent to chat platforms. */
	messages: Messages;
	/** Throws when the connection breaks. */
	takeMessage(request: Request): Promise<Response>;
}

export function createImitation(options: ImitationOptions = {}): Imitation {
	const { credentials = sandboxCredentials, account = accountId } = options;
	const { now = Date.now, newId = randomId, onChange } = options;
	const faults = createFaultQueue();
	const log = createRequestLog();
	const messages = createMessages();
	const gate = createGate();
	const rateLimit = createRateLimit(now, options.enforceRateLimit ?? false, options.callsPerWindow);
	let state = options.state ? v.parse(stateSchema, structuredClone(options.state)) : freshState();

	const snapshot = () => structuredClone(state);
	const past = options.lagMs === undefined ? null : createPast(now, snapshot());
	const changed = () => {
		past?.keep(snapshot());
		onChange?.(snapshot());
	};
	/** The state an operation acts on. A read may get a past one. */
	const stateFor = (method: string, path: string): State => {
		const lagMs = method === "GET" ? (options.lagMs?.(path) ?? 0) : 0;
		return (lagMs > 0 ? past?.at(now() - lagMs) : null) ?? state;
	};

	function answer(method: string, pathname: string, headers: Headers, json: unknown): Answer {
		const match = route(method, pathname);
		const named = match?.params.account ?? null;
		if (!match || (named !== null && !/^[0-9a-f]{32}$/.test(named))) return noRoute(pathname);

		const permission = authenticate(headers, credentials);
		if (typeof permission !== "string") return permission;
		if (match.tokenOnly && schemeOf(headers) !== "token") {
			const message = "Method not allowed for this authentication scheme";
			return refuse(405, { code: 10405, message });
		}
		if (named !== null && named !== account) return notPermitted();
		const refusal = permits(permission, method);
		if (refusal) return refusal;
		return match.operation({ state: stateFor(method, pathname), params: { ...match.params, account }, json, newId });
	}

	async function handle(request: Request): Promise<Response> {
		// The only wait: from here on the order is taken, logged and carried out in one go.
		const json = parsed(await request.text());
		const { method, headers } = request;
		const { pathname, search } = new URL(request.url);
		const path = pathname + search;
		const retryAfter = rateLimit.count();
		const fault = retryAfter === null ? faults.take(method, path) : throttle(retryAfter);
		const auth = schemeOf(headers);
		const at = new Date(now()).toISOString();
		const entry = log.open({ at, method, path, auth, fault: fault?.kind ?? null });
		const respond = (status: number, body: Body, extra: Record<string, string> = {}) => {
			entry.status = status;
			const ray = `${newId().slice(0, 16)}-AMS`;
			const own = { date: new Date(now()).toUTCString(), "cf-ray": ray, ...rateLimit.headers() };
			const bodiless = [204, 205, 304].includes(status);
			return new Response(bodiless ? null : body, { status, headers: { ...own, ...extra } });
		};
		const carryOut = (): Spoken => {
			const { status, body, effect } = answer(method, pathname, headers, json);
			// Serialised at once, so that a held answer does not change later.
			const text = JSON.stringify(body);
			if (effect) {
				entry.effect = effect;
				changed();
			}
			return { status, text };
		};
		if (fault) return misbehave(fault, { carryOut, respond, gate, signal: request.signal });
		const { status, text } = carryOut();
		return respond(status, text, { "content-type": "application/json" });
	}

	/** A fault for a chat platform has its host in the order's path. */
	async function takeMessage(request: Request): Promise<Response> {
		const { host, pathname } = new URL(request.url);
		const fault = faults.take(request.method, `${host}${pathname}`);
		const told = await messages.receive(request);
		const respond = (status: number, body: Body) => new Response(body, { status });
		if (fault === null) return respond(told.status, told.text);
		return misbehave(fault, { carryOut: () => told, respond, gate, signal: request.signal });
	}

	return {
		handle,
		takeMessage,
		messages,
		snapshot,
		replace(input) {
			state = v.parse(stateSchema, structuredClone(input));
			changed();
		},
		reset() {
			gate.break();
			faults.clear();
			log.clear();
			messages.clear();
			state = freshState();
			changed();
		},
		release: gate.open,
		drop: gate.break,
		faults,
		log,
	};
}

const throttle = (retryAfter: number): Fault => ({
	kind: "throttle",
	retry_after: retryAfter,
	code: 971,
});

function parsed(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}

function randomId(): string {
	const bytes = crypto.getRandomValues(new Uint8Array(16));
	return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
