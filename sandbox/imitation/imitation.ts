// The imitation of Cloudflare's Addressing API: a request in, a response out, and state in between. It uses only web
// standards, so it runs in Node and in workerd, and never uses the network.
import * as v from "valibot";
import { createMessages, type Messages } from "../chat/messages.ts";
import { createInbox, type Inbox } from "../receivers/inbox.ts";
import { accountId } from "./account.ts";
import { createAnswerer } from "./answer.ts";
import { type AuditStore, createAuditLog } from "./audit-log.ts";
import { type Behaviour, type BehaviourInput, behaviourSchema, usualBehaviour } from "./behaviour.ts";
import { type ClockOrder, createClock } from "./clock.ts";
import { createGate } from "./connection.ts";
import { type Credential, sandboxCredentials, schemeOf } from "./credentials.ts";
import { createOthers, type Outcome } from "./elsewhere.ts";
import { type ElsewhereInput, elsewhereSchema } from "./elsewhere-order.ts";
import { createFaultQueue, type Fault, type FaultQueue } from "./faults.ts";
import { type Body, misbehave, type Spoken } from "./misbehave.ts";
import { createRateLimit } from "./rate-limit.ts";
import { createRequestLog, type RequestLog } from "./request-log.ts";
import type { State, StateInput } from "./state.ts";
import { createWorld } from "./world.ts";

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
	/** Differs from the usual behaviour, also after a reset. */
	behaviour?: BehaviourInput;
	/** Keeps the audit log beyond the process. */
	auditStore?: AuditStore;
}

export interface Imitation {
	/** Throws when the connection breaks (`isConnectionDropped`). */
	handle(request: Request): Promise<Response>;
	snapshot(): State;
	replace(state: StateInput): void;
	/** Others change the account. Nothing is changed if the order is refused. */
	elsewhere(order: ElsewhereInput): Outcome;
	behaviour(): Behaviour;
	behave(order: BehaviourInput): void;
	/** The imitation's own time. The rate limit's window begins anew. */
	moveClock(order: ClockOrder): void;
	now(): number;
	/** Resets state, behaviour and clock, clears faults and logs, and drops held requests. */
	reset(): void;
	/** Lets requests held by a hang_* fault continue as usual. */
	release(): void;
	/** Drops the connections of requests held by a hang_* fault. */
	drop(): void;
	faults: FaultQueue;
	log: RequestLog;
	/** What was sent to chat platforms. */
	messages: Messages;
	/** What was sent to destinations of notifications. */
	inbox: Inbox;
	/** Throws when the connection breaks. */
	takeMessage(request: Request): Promise<Response>;
}

export function createImitation(options: ImitationOptions = {}): Imitation {
	const { credentials = sandboxCredentials, account = accountId } = options;
	const { newId = randomId } = options;
	const clock = createClock(options.now ?? Date.now);
	const { now } = clock;
	const faults = createFaultQueue();
	const log = createRequestLog();
	const messages = createMessages();
	const inbox = createInbox();
	const gate = createGate();
	const freshRateLimit = () => createRateLimit(now, options.enforceRateLimit ?? false, options.callsPerWindow);
	let rateLimit = freshRateLimit();
	let behaviour: Behaviour = usualBehaviour;
	const current = () => behaviour;
	const { lagMs, onChange } = options;
	const world = createWorld({ state: options.state, now, behaviour: current, lagMs, onChange });
	const auditLog = createAuditLog({ account, now, newId, behaviour: current, store: options.auditStore });
	const behave = (order: BehaviourInput) => {
		behaviour = { ...behaviour, ...v.parse(behaviourSchema, order) };
		if (behaviour.lags.length > 0) world.keepPast();
	};
	const newRay = () => `${newId().slice(0, 16)}-AMS`;
	if (options.behaviour) behave(options.behaviour);

	const answer = createAnswerer({ credentials, account, world, auditLog, behaviour: current, newId });
	const doElsewhere = createOthers({ account, world, auditLog, now, newId, newRay });

	async function handle(request: Request): Promise<Response> {
		// The only wait: from here on the order is taken, logged and carried out in one go.
		const json = parsed(await request.text());
		const { method, headers } = request;
		const { pathname, search } = new URL(request.url);
		const path = pathname + search;
		const ray = newRay();
		const retryAfter = rateLimit.count();
		const fault = retryAfter === null ? faults.take(method, path) : throttle(retryAfter);
		const auth = schemeOf(headers);
		const at = new Date(now()).toISOString();
		const entry = log.open({ at, method, path, auth, fault: fault?.kind ?? null });
		const respond = (status: number, body: Body, extra: Record<string, string> = {}) => {
			entry.status = status;
			const own = { date: new Date(now()).toUTCString(), "cf-ray": ray, ...rateLimit.headers() };
			const bodiless = [204, 205, 304].includes(status);
			return new Response(bodiless ? null : body, { status, headers: { ...own, ...extra } });
		};
		const sendDeletion = (): Spoken => {
			const { status, body, effect } = answer(request, json, ray);
			// Serialised at once, so that a held answer does not change later.
			const text = JSON.stringify(body);
			if (effect) entry.effect = effect;
			return { status, text };
		};
		if (fault) return misbehave(fault, { sendDeletion, respond, gate, signal: request.signal });
		const { status, text } = sendDeletion();
		return respond(status, text, { "content-type": "application/json" });
	}

	/** A fault for a chat platform has its host in the order's path. */
	async function takeMessage(request: Request): Promise<Response> {
		const { host, pathname } = new URL(request.url);
		const fault = faults.take(request.method, `${host}${pathname}`);
		const told = await messages.receive(request);
		const respond = (status: number, body: Body) => new Response(body, { status });
		if (fault === null) return respond(told.status, told.text);
		return misbehave(fault, { sendDeletion: () => told, respond, gate, signal: request.signal });
	}

	return {
		handle,
		takeMessage,
		messages,
		inbox,
		snapshot: world.snapshot,
		replace: (state) => world.replace(state),
		elsewhere: (order) => doElsewhere(v.parse(elsewhereSchema, order)),
		behaviour: current,
		behave,
		moveClock(order) {
			clock.move(order);
			rateLimit = freshRateLimit();
		},
		now,
		reset() {
			gate.break();
			faults.clear();
			log.clear();
			messages.clear();
			inbox.clear();
			auditLog.clear();
			behaviour = usualBehaviour;
			if (options.behaviour) behave(options.behaviour);
			clock.reset();
			rateLimit = freshRateLimit();
			world.reset();
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
