// The domain's Cloudflare port, carried out with `fetch`. Paths are built here, from checked ids only. Reads are
// repeated with jitter and shared by those who ask at the same time; what changes something is neither.

import * as v from "valibot";
import type { Binding, Prefix } from "../../deletion/binding.ts";
import { parseCidr } from "../../deletion/cidr.ts";
import type { CloudflareId } from "../../deletion/cloudflare-id.ts";
import type { CloudflareAnswer } from "../../deletion/deletion.ts";
import type { Cloudflare, CloudflareFault, Listing, ReadOptions } from "../../deletion/ports.ts";
import { fail, ok, type Result } from "../../deletion/result.ts";
import { interpret, type Understood } from "./interpret.ts";
import { createRateGate } from "./rate-gate.ts";
import { type Call, type Credential, send } from "./send.ts";

export interface AddressingOptions {
	accountId: CloudflareId;
	credential: Credential;
	now(): number;
	sleep(ms: number): Promise<void>;
	/** From 0 to 1. */
	random(): number;
	/** Told after every answer whether it rejected the credential. */
	onCredential(call: "read" | "write", rejected: boolean): void;
	timeoutMs?: number;
}

const callTimeoutMs = 10_000;
const readTries = 3;
const firstPauseMs = 250;
/** A read is held back this long at the most; where Cloudflare wants more, the caller is told. */
const longestHoldMs = 5000;

export interface Addressing extends Cloudflare {
	/** Of the rate limit, by the last answer; null when that is not known. */
	callsLeft(): number | null;
}

export function createAddressing(options: AddressingOptions): Addressing {
	const { accountId, now, sleep, random } = options;
	const gate = createRateGate(now);
	const reads = new Map<string, Promise<Result<Listing<unknown>, CloudflareFault>>>();
	const prefixesPath = `/accounts/${accountId}/addressing/prefixes`;
	const bindingsPath = (prefixId: CloudflareId) => `${prefixesPath}/${prefixId}/bindings`;

	async function call(what: Call, sparing = false): Promise<Result<Understood, CloudflareFault>> {
		const holdMs = gate.holdMs(sparing);
		// A call that changes something never waits here: who sent it has to ask anew whether it may still leave.
		if (holdMs > (what.method === "GET" ? longestHoldMs : 0))
			return fail({ kind: "throttled", answer: null, retryAfterMs: holdMs });
		if (holdMs > 0) await sleep(holdMs);
		const sent = await send(what, {
			credential: options.credential,
			timeoutMs: options.timeoutMs ?? callTimeoutMs,
			now,
		});
		gate.observe(sent.headers);
		const reply = interpret(sent, now());
		if (!reply.ok && reply.failure.kind === "throttled") gate.holdFor(reply.failure.retryAfterMs);
		const isCredential = !reply.ok && reply.failure.kind === "credential_rejected";
		if (reply.ok || isCredential) options.onCredential(what.method === "GET" ? "read" : "write", isCredential);
		return reply;
	}

	async function list(path: string, sparing: boolean): Promise<Result<Listing<unknown>, CloudflareFault>> {
		for (let attempt = 1; ; attempt++) {
			const askedAtMs = now();
			const reply = await call({ method: "GET", path }, sparing);
			const listing = reply.ok ? asListing(reply.value, askedAtMs) : reply;
			if (listing.ok || attempt === readTries) return listing;
			// A throttled call has closed the gate: the next one waits there.
			if (listing.failure.kind === "unclear") await sleep(firstPauseMs * 2 ** attempt * random());
			else if (listing.failure.kind !== "throttled" || listing.failure.retryAfterMs > longestHoldMs) return listing;
		}
	}

	/**
	 * What is asked for twice at the same time is fetched once, unless somebody needs to see the world after now. Nobody
	 * shares a read that spares the limit, and may fail for it, but another that does.
	 */
	function shared(
		path: string,
		{ fresh, sparing = false }: ReadOptions,
	): Promise<Result<Listing<unknown>, CloudflareFault>> {
		const key = sparing ? `sparing ${path}` : path;
		const underWay = reads.get(path) ?? reads.get(key);
		if (underWay !== undefined && !fresh) return underWay;
		const read = list(path, sparing).finally(() => {
			if (reads.get(key) === read) reads.delete(key);
		});
		reads.set(key, read);
		return read;
	}

	/** Absence is concluded from lists: one with an item that cannot be told apart is not whole. */
	function mapped<Item>(
		listing: Result<Listing<unknown>, CloudflareFault>,
		read: (item: unknown) => Item | null,
	): Result<Listing<Item>, CloudflareFault> {
		if (!listing.ok) return listing;
		const items = listing.value.items.map(read).filter((item) => item !== null);
		if (items.length === listing.value.items.length) return ok({ ...listing.value, items });
		return fail({ kind: "unclear", answer: unreadableList });
	}

	return {
		callsLeft: () => gate.callsLeft(),
		listPrefixes: async (read) => mapped(await shared(prefixesPath, read), toPrefix),
		listBindings: async (prefixId, read) => mapped(await shared(bindingsPath(prefixId), read), toBinding),
		async deleteBinding(prefixId, bindingId) {
			const reply = await call({ method: "DELETE", path: `${bindingsPath(prefixId)}/${bindingId}` });
			return reply.ok ? ok(reply.value.answer) : reply;
		},
		async createBinding(prefixId, { cidr, serviceId }) {
			const body = JSON.stringify({ cidr, service_id: serviceId });
			const reply = await call({ method: "POST", path: bindingsPath(prefixId), body });
			return reply.ok ? ok({ answer: reply.value.answer, binding: toBinding(reply.value.result) }) : reply;
		},
	};
}

const unreadableList: CloudflareAnswer = {
	status: 200,
	success: true,
	errors: [],
	messages: [],
	ray: null,
	duration_ms: 0,
	unreadable: "the list holds items without an id, or prefixes without a CIDR",
};

/** Absence is concluded from lists, so a list has to be one, and whole. */
function asListing(
	{ answer, result, totalCount }: Understood,
	askedAtMs: number,
): Result<Listing<unknown>, CloudflareFault> {
	if (!Array.isArray(result))
		return fail({ kind: "unclear", answer: { ...answer, unreadable: "the answer holds no list" } });
	if (totalCount !== null && totalCount > result.length) {
		return fail({
			kind: "unclear",
			answer: { ...answer, unreadable: `the answer lists ${result.length} of ${totalCount}` },
		});
	}
	return ok({ items: result, askedAtMs });
}

const text = v.fallback(v.nullable(v.string()), null);
const prefixSchema = v.object({ id: v.string(), cidr: v.string(), approved: text });
const bindingSchema = v.object({
	id: v.string(),
	cidr: text,
	service_id: text,
	service_name: text,
	provisioning: v.fallback(v.nullable(v.object({ state: text })), null),
});

function toPrefix(item: unknown): Prefix | null {
	const read = v.safeParse(prefixSchema, item);
	const range = read.success ? parseCidr(read.output.cidr) : null;
	if (!read.success || !range?.ok) return null;
	return { id: read.output.id, cidr: range.value.text, range: range.value, approved: read.output.approved };
}

/** One without an id could be neither named nor missed. */
function toBinding(item: unknown): Binding | null {
	const read = v.safeParse(bindingSchema, item);
	if (!read.success) return null;
	const { id, cidr, service_id, service_name, provisioning } = read.output;
	const range = cidr === null ? null : parseCidr(cidr);
	return {
		id,
		cidr: range?.ok ? range.value.text : cidr,
		range: range?.ok ? range.value : null,
		serviceId: service_id,
		serviceName: service_name,
		provisioningState: provisioning?.state ?? null,
	};
}
