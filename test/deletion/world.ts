// The world as the domain sees it, in memory: a Cloudflare account that can misbehave, a journal, and a clock that
// moves only when something sleeps or a test sets it.

import type { BgpPrefix } from "../../src/deletion/address/bgp-prefix.ts";
import type { Binding, Prefix } from "../../src/deletion/address/binding.ts";
import { type CloudflareId, isCloudflareId } from "../../src/deletion/address/cloudflare-id.ts";
import { parseTarget, type Target } from "../../src/deletion/address/target.ts";
import type { Freeze } from "../../src/deletion/judgement/freeze.ts";
import { defaultPolicy, type Policy } from "../../src/deletion/judgement/policy.ts";
import type { Cloudflare, CloudflareFault, LastDeletionQuery, Ports } from "../../src/deletion/ports.ts";
import type { Actor } from "../../src/deletion/record/actor.ts";
import type { CloudflareAnswer, Summary } from "../../src/deletion/record/deletion.ts";
import { fail, ok, type Result } from "../../src/deletion/result.ts";
import type { DeletionCommand } from "../../src/deletion/steps/command.ts";
import { createTestJournal, type TestJournal } from "./a-journal.ts";
import { cidr } from "./ranges.ts";

export const accountId = "258def64c72dae45f3e4c8516e2111f2";
export const startMs = Date.UTC(2026, 10, 3, 12);

export function id(text: string): CloudflareId {
	const padded = text.padEnd(32, "0");
	if (!isCloudflareId(padded)) throw new Error(`${text} begins no id`);
	return padded;
}

export const prefixOf = (prefixId: string, text: string, approved: string | null = "V"): Prefix => ({
	id: prefixId,
	cidr: text,
	range: cidr(text),
	approved,
	description: null,
	asn: null,
	advertised: null,
});

export const bindingOf = (bindingId: string, text: string, change: Partial<Binding> = {}): Binding => ({
	id: bindingId,
	cidr: text,
	range: cidr(text),
	serviceId: id("5e"),
	serviceName: "CDN",
	provisioningState: "active",
	...change,
});

export function targetOf(text: string, prefixId: CloudflareId | null = null): Target {
	const target = parseTarget(text, new Map());
	if (!target.ok) throw new Error(`${text} is no target`);
	return target.value.kind === "id" ? { ...target.value, prefixId } : target.value;
}

export const actorOf = (change: Partial<Actor> = {}): Actor => ({
	name: "ci",
	door: "api",
	scopes: ["read", "delete"],
	ranges: null,
	...change,
});

let requests = 0;
export const commandOf = (target: string, change: Partial<DeletionCommand> = {}): DeletionCommand => ({
	requestId: `request-${++requests}`,
	actor: actorOf(),
	target: targetOf(target),
	reason: "INC-1",
	acknowledge: ["leaves_no_service"],
	ifMatch: null,
	notBeforeMs: null,
	idempotencyKey: null,
	...change,
});

export const policyOf = (change: Partial<Policy> = {}, levels: Partial<Policy["levels"]> = {}): Policy => ({
	...defaultPolicy,
	...change,
	levels: { ...defaultPolicy.levels, ...levels },
});

/** For tests that are not about how many deletions a prefix may have. */
export const lenient = policyOf({}, { breadth: "pass", last_binding: "pass" });

export const freezeOf = (change: Partial<Freeze> = {}): Freeze => ({
	reason: "BGP incident",
	by: { name: "alice", door: "api" },
	since: new Date(startMs).toISOString(),
	until: null,
	...change,
});

export const answerOf = (status: number | null, change: Partial<CloudflareAnswer> = {}): CloudflareAnswer => ({
	status,
	success: status === null ? null : status < 300,
	errors: [],
	messages: [],
	ray: status === null ? null : "8f00-AMS",
	duration_ms: 5,
	...(status === null ? { unreadable: "the connection broke" } : {}),
	...change,
});

export const fault = {
	unclear: { kind: "unclear", answer: answerOf(null) },
	refused: { kind: "refused", answer: answerOf(403) },
	/** The CIDR is already bound. */
	conflict: { kind: "refused", answer: answerOf(409) },
	notFound: { kind: "not_found", answer: answerOf(404) },
	credential: { kind: "credential_rejected", answer: answerOf(401) },
	throttled: (retryAfterMs: number) => ({ kind: "throttled", answer: answerOf(429), retryAfterMs }) as const,
	/** The call was held back before it left. */
	held: (retryAfterMs: number) => ({ kind: "throttled", answer: null, retryAfterMs }) as const,
} satisfies Record<string, CloudflareFault | ((ms: number) => CloudflareFault)>;

export interface World {
	ports: Ports;
	journal: TestJournal;
	/** prefix → its bindings. Tests change it directly. */
	account: Map<Prefix, Binding[]>;
	/** `prefixes`, `bindings 203.0.113.0/24`, `delete 203.0.113.0/26`, `create …`; fresh reads end with ` afresh`. */
	calls: string[];
	clock: { nowMs: number };
	/** Decides how a call fails, by its text in `calls`; null if it does not. Runs while the call is under way. */
	misbehave: (call: string) => CloudflareFault | null | Promise<CloudflareFault | null>;
	/** What is announced of every prefix; null if that can't be read. */
	announced: BgpPrefix[] | null;
	/** How long ago a shared read was requested. */
	sharedForMs: number;
	/** What the configuration lets an actor do, by name. Anyone else may read and delete everywhere. */
	actors: Map<string, Actor>;
	/** What happened and had no rule: nothing, as a rule. */
	withoutRule: Parameters<Ports["noRule"]>[0][];
	past: Summary[];
	recalled: LastDeletionQuery[];
}

export function createWorld(...prefixes: [Prefix, Binding[]][]): World {
	const clock = { nowMs: startMs };
	const journal = createTestJournal(() => clock.nowMs);
	const account = new Map(prefixes);
	const named = (prefixId: string) => [...account].find(([prefix]) => prefix.id === prefixId);

	async function called<Value>(call: string, value: () => Result<Value, CloudflareFault>) {
		world.calls.push(call);
		const failure = await world.misbehave(call);
		// A call that was held back never left.
		if (failure?.kind === "throttled" && failure.answer === null) world.calls.splice(world.calls.lastIndexOf(call), 1);
		return failure === null ? value() : fail(failure);
	}
	const askedAtMs = (fresh: boolean) => (fresh ? clock.nowMs : clock.nowMs - world.sharedForMs);
	const suffix = (fresh: boolean) => (fresh ? " afresh" : "");

	const cloudflare: Cloudflare = {
		listPrefixes: ({ fresh }) =>
			called(`prefixes${suffix(fresh)}`, () => ok({ items: [...account.keys()], askedAtMs: askedAtMs(fresh) })),
		listBindings: (prefixId, { fresh }) =>
			called(`bindings ${named(prefixId)?.[0].cidr ?? prefixId}${suffix(fresh)}`, () => {
				const bindings = named(prefixId)?.[1];
				if (bindings === undefined) return fail(fault.notFound);
				return ok({ items: structuredClone(bindings), askedAtMs: askedAtMs(fresh) });
			}),
		getBinding: (prefixId, bindingId) => {
			const bindings = () => named(prefixId)?.[1] ?? [];
			return called(`binding ${bindings().find((one) => one.id === bindingId)?.cidr ?? bindingId}`, () => {
				const binding = bindings().find((one) => one.id === bindingId);
				return binding === undefined ? fail(fault.notFound) : ok(structuredClone(binding));
			});
		},
		listBgpPrefixes: async (prefixId, { sparing }) => {
			const read = await called(`bgp ${named(prefixId)?.[0].cidr ?? prefixId}${sparing ? " sparing" : ""}`, () =>
				ok(world.announced ?? []),
			);
			return read.ok && world.announced !== null ? read : fail("unreadable");
		},
		deleteBinding(prefixId, bindingId) {
			const bindings = named(prefixId)?.[1] ?? [];
			const index = bindings.findIndex((one) => one.id === bindingId);
			return called(`delete ${bindings[index]?.cidr ?? bindingId}`, () => {
				if (index === -1) return fail(fault.notFound);
				bindings.splice(index, 1);
				return ok(answerOf(200));
			});
		},
		createBinding: (prefixId, { cidr: text, serviceId }) =>
			called(`create ${text}`, () => {
				const bindings = named(prefixId)?.[1];
				if (bindings === undefined) return fail(fault.notFound);
				if (bindings.some((one) => one.cidr === text)) return fail(fault.conflict);
				const binding = bindingOf(id(`c${++created}`), text, { serviceId, provisioningState: "provisioning" });
				bindings.push(binding);
				return ok({ answer: answerOf(200), binding: structuredClone(binding) });
			}),
	};
	let created = 0;
	let randoms = 0;
	const world: World = {
		journal,
		account,
		clock,
		calls: [],
		withoutRule: [],
		misbehave: () => null,
		announced: null,
		sharedForMs: 0,
		actors: new Map(),
		past: [],
		recalled: [],
		ports: {
			accountId,
			policy: defaultPolicy,
			authorityOf: ({ name }) => world.actors.get(name) ?? actorOf(),
			noRule: (what) => void world.withoutRule.push(what),
			freezeOn: () => null,
			cloudflare,
			announced: () => world.announced,
			journal,
			async lastDeletion(query) {
				world.recalled.push(query);
				return world.past.find((one) => one.binding_id === query.bindingId || one.cidr === query.cidr) ?? null;
			},
			now: () => clock.nowMs,
			randomBytes: (count) => new Uint8Array(count).fill(++randoms),
			async sleep(ms) {
				clock.nowMs += ms;
			},
		},
	};
	return world;
}
