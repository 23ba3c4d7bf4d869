// The evidence of a small chaos that went well: a binding was deleted at the second attempt, after an approval and a
// read-back, and restored later. Another one disappeared without unbind. Tests break one thing in it.
import { deletedElsewhere } from "../../../src/deletion/record/deleted-elsewhere.ts";
import { type Deletion, summaryOf } from "../../../src/deletion/record/deletion.ts";
import type { Evidence } from "../evidence.ts";
import type { Happening, Seen } from "../witness.ts";

export const bindingId = "b".repeat(32);
export const newBindingId = "d".repeat(32);
export const prefixId = "a".repeat(32);
export const recordId = "7zzp0k00000000000000000000";
const cidr = "100.65.0.0/24";
const step = "caller-1-step-1";

const at = (second: number): string => new Date(Date.UTC(2026, 10, 24, 12, 0, second)).toISOString();

export const record: Deletion = {
	id: recordId,
	state: "restored",
	target: cidr,
	reason: step,
	actor: { name: "caller-1", door: "api" },
	created_at: at(1),
	settled_at: at(14),
	binding: {
		account_id: "e".repeat(32),
		prefix_id: prefixId,
		id: bindingId,
		cidr,
		service_id: "5e4f1c0a9b7d4e2f8a6b3c1d0e9f7a52",
		service_name: "CDN",
		provisioning: { state: "active" },
	},
	effect: null,
	guards: [{ guard: "last_binding", verdict: "approve", approved: true }],
	cloudflare: null,
	failure: null,
	timeline: [
		{ at: at(1), event: "requested" },
		{ at: at(2), event: "approval_requested" },
		{ at: at(4), event: "approved", by: "caller-2" },
		{ at: at(5), event: "sent", attempt: 1 },
		{ at: at(9), event: "read_back", found: "standing" },
		{ at: at(10), event: "sent", attempt: 2 },
		{ at: at(14), event: "deleted" },
		{ at: at(21), event: "restoration_requested", by: "caller-3" },
		{ at: at(22), event: "sent", attempt: 1 },
		{ at: at(25), event: "restored", binding_id: newBindingId },
	],
	not_before: null,
	approval: null,
	restoration: {
		state: "restored",
		requested_at: at(21),
		requested_by: { name: "caller-3", door: "api" },
		settled_at: at(25),
		binding_id: newBindingId,
		provisioning: null,
		settles_within_hours: 6,
		cloudflare: null,
		failure: null,
	},
};

export const lostBindingId = "f".repeat(32);
const lostCidr = "100.65.1.0/24";

export const lostRecord = deletedElsewhere({
	id: "7zzp0j00000000000000000000",
	binding: { ...bindingOf(record), id: lostBindingId, cidr: lostCidr },
	effect: null,
	lastSeenMs: Date.parse(at(20)),
	noticedMs: Date.parse(at(45)),
});

const deliveries = [
	{ event_id: "event-1", type: "deletion.deleted", deletion_id: recordId },
	{ event_id: "event-2", type: "restoration.restored", deletion_id: recordId },
	{ event_id: "event-3", type: "watch.disappeared", deletion_id: lostRecord.id },
];
const messages = deliveries.map(({ event_id: id }): [second: number, happening: Happening] => [
	46,
	{ kind: "notified", destination: "program", id, body: "{}", isTaken: true },
]);

const told = { code: null, id: recordId, bindingId, restoration: null, restorationAskedAt: null, about: null };
const atMs = (second: number): number => Date.parse(at(second));
const bound = { prefixId, cidr, by: "call" as const };
const call = (number: number, method: string, id: string | null = null): Happening => ({
	kind: "arrived",
	call: number,
	method,
	prefixId,
	bindingId: id,
});
const answer = (number: number, status: number | null, listed: string[] | null = null): Happening => ({
	kind: "answered",
	call: number,
	status,
	listed,
	found: null,
});

const story: [second: number, happening: Happening][] = [
	[1, { kind: "asked", caller: "caller-1", step, what: "deletion", target: cidr }],
	[
		2,
		{
			kind: "told",
			caller: "caller-1",
			step,
			what: "deletion",
			askedAtMs: atMs(1),
			status: 202,
			state: "pending_approval",
			settled: false,
			...told,
		},
	],
	[3, { kind: "asked", caller: "caller-2", step, what: "approval", target: recordId }],
	[6, call(1, "DELETE", bindingId)],
	[7, answer(1, null)],
	[8, call(2, "GET")],
	[9, answer(2, 200, [bindingId])],
	[11, call(3, "DELETE", bindingId)],
	[12, { kind: "deleted", bindingId, ...bound }],
	[13, answer(3, 200)],
	[
		15,
		{
			kind: "told",
			caller: "caller-2",
			step,
			what: "approval",
			askedAtMs: atMs(3),
			status: 200,
			state: "deleted",
			settled: true,
			...told,
		},
	],
	[
		17,
		{
			kind: "history_read",
			askedAtMs: atMs(16),
			binding: null,
			rows: [{ id: recordId, state: "deleted" }],
			isWhole: true,
		},
	],
	[20, { kind: "asked", caller: "caller-3", step: "caller-3-step-1", what: "restoration", target: recordId }],
	[23, call(4, "POST")],
	[24, { kind: "created", bindingId: newBindingId, ...bound }],
	[25, answer(4, 201)],
	[
		26,
		{
			kind: "told",
			caller: "caller-3",
			step: "caller-3-step-1",
			what: "restoration",
			askedAtMs: atMs(20),
			status: 200,
			state: "restored",
			settled: true,
			...told,
			restoration: "restored",
			restorationAskedAt: at(21),
		},
	],
	[26, { kind: "freeze_turned", to: "on" }],
	[27, { kind: "freeze_asked", to: "off" }],
	[28, { kind: "deleted", bindingId: lostBindingId, prefixId, cidr: lostCidr, by: "others" }],
	[30, { kind: "faults_ended" }],
	...messages,
];

const records = [record, lostRecord];

const keysOf = (one: Deletion) => {
	const { id, ...metadata } = summaryOf(one);
	const { id: boundId, prefix_id } = bindingOf(one);
	return [
		{ name: `deletion:${id}`, metadata, value: JSON.stringify(one) },
		{ name: `binding:${boundId}:${id}`, metadata, value: "" },
		{ name: `prefix:${prefix_id}:${id}`, metadata, value: "" },
	];
};

/** A new copy each time, for a test to break. */
export const upright = (): Evidence =>
	structuredClone({
		seen: story.map(([second, happening]): Seen => ({ atMs: Date.parse(at(second)), ...happening })),
		open: [],
		reachedKv: new Set([`deletion:${recordId}`]),
		given: new Map(),
		history: records.map(summaryOf),
		records,
		ledger: records.map((one) => ({ id: one.id, open: 0, settle_at: null, publish_at: null, record: one })),
		kv: records.flatMap(keysOf),
		watchIntervalMs: 150_000,
		inventory: new Map([
			[bindingId, true],
			[newBindingId, false],
			[lostBindingId, true],
		]),
		deliveries: deliveries.map(({ event_id, type, deletion_id }) => ({
			id: event_id,
			event_id,
			type,
			deletion_id,
			destination: "program",
			state: "delivered",
			next_at: null,
		})),
	});

function bindingOf({ binding }: Deletion) {
	if (binding === null) throw new Error("there is no binding");
	return binding;
}
