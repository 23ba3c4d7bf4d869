// Makes calls to Cloudflare's API within its rate limit, for every adapter of it alike. Reads are retried with jitter. Calls
// that change something are never retried. It knows no path.

import type { CloudflareFault } from "../../deletion/ports.ts";
import { fail, type Result } from "../../deletion/result.ts";
import { interpret, type Understood } from "./interpret.ts";
import { callTimeoutMs, firstPauseMs, longestReadHoldMs, readTries } from "./limits.ts";
import { createRateGate } from "./rate-gate.ts";
import { createRedactor } from "./redact.ts";
import { type CloudflareCall, type Credential, send } from "./send.ts";

export interface CallerOptions {
	credential: Credential;
	now(): number;
	sleep(ms: number): Promise<void>;
	/** From 0 to 1. */
	random(): number;
	/** Called after every answer that shows whether Cloudflare accepts the credential. */
	onCredential(call: "read" | "write", rejected: boolean): void;
	timeoutMs?: number;
}

export interface HowToCall {
	/** Fail while little of the rate limit is left. */
	sparing?: boolean;
	/** The answer depends on a permission that the credential need not have, so it says nothing about the credential. */
	optional?: boolean;
}

export interface Caller {
	/** One call, never repeated here. */
	call(what: CloudflareCall, how?: HowToCall): Promise<Result<Understood, CloudflareFault>>;
	/** @param understood may find the answer unusable; then it is requested again. */
	read<Value>(
		path: string,
		how: HowToCall,
		understood: (reply: Understood, askedAtMs: number) => Result<Value, CloudflareFault>,
	): Promise<Result<Value, CloudflareFault>>;
	/** Calls left of the rate limit, according to the last answer; null if unknown. */
	callsLeft(): number | null;
	/** For how long a sparing call would be held back now; usually 0. */
	spareMs(): number;
}

export function createCaller(options: CallerOptions): Caller {
	const { now, sleep, random } = options;
	const gate = createRateGate(now);
	const redact = createRedactor(options.credential);

	async function call(
		what: CloudflareCall,
		{ sparing = false, optional = false }: HowToCall = {},
	): Promise<Result<Understood, CloudflareFault>> {
		const holdMs = gate.holdMs(sparing);
		// A call that changes something never waits here: after a wait, the caller has to check again whether it may be sent.
		if (holdMs > (what.method === "GET" ? longestReadHoldMs : 0))
			return fail({ kind: "throttled", answer: null, retryAfterMs: holdMs });
		if (holdMs > 0) await sleep(holdMs);
		const sent = await send(what, {
			credential: options.credential,
			timeoutMs: options.timeoutMs ?? callTimeoutMs,
			now,
		});
		gate.observe(sent.headers);
		const reply = interpret(sent, now(), redact);
		if (!reply.ok && reply.failure.kind === "throttled") gate.holdFor(reply.failure.retryAfterMs);
		const isCredential = !reply.ok && reply.failure.kind === "credential_rejected";
		if (!optional && (reply.ok || isCredential))
			options.onCredential(what.method === "GET" ? "read" : "write", isCredential);
		return reply;
	}

	async function read<Value>(
		path: string,
		how: HowToCall,
		understood: (reply: Understood, askedAtMs: number) => Result<Value, CloudflareFault>,
	): Promise<Result<Value, CloudflareFault>> {
		for (let attempt = 1; ; attempt++) {
			const askedAtMs = now();
			const reply = await call({ method: "GET", path }, how);
			const value = reply.ok ? understood(reply.value, askedAtMs) : reply;
			if (value.ok || attempt === readTries) return value;
			// A throttled call has closed the gate, so the next attempt waits there.
			if (value.failure.kind === "unclear") await sleep(firstPauseMs * 2 ** attempt * random());
			else if (value.failure.kind !== "throttled" || value.failure.retryAfterMs > longestReadHoldMs) return value;
		}
	}

	return { call, read, callsLeft: () => gate.callsLeft(), spareMs: () => gate.holdMs(true) };
}
