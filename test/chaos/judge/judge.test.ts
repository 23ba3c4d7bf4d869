// The judge finds every breach: each promise holds for a chaos that went well, and breaks when one thing goes wrong.
import { describe, expect, it } from "vitest";
import type { DeliveryRow, Evidence } from "../evidence.ts";
import { notifySecrets } from "../receivers.ts";
import type { Seen } from "../witness.ts";
import { judge } from "./judge.ts";
import { bindingId, lostBindingId, lostRecord, newBindingId, prefixId, recordId, upright } from "./upright.ts";

const brokenBy = (evidence: Evidence): string[] =>
	judge(evidence).verdicts.flatMap(([promise, { breaches }]) => (breaches.length > 0 ? [promise] : []));

it("finds nothing broken in a chaos that went well, and checks every promise", () => {
	const { verdicts } = judge(upright());
	for (const [promise, { checked, breaches }] of verdicts) {
		expect(breaches, promise).toEqual([]);
		expect(checked, promise).toBeGreaterThan(0);
	}
});

const seen = "a loss without unbind is on record once, in time";

const notified = "every event is delivered, or shown as undelivered";

type Change = (evidence: Evidence) => void;

const changeDelivery =
	(into: Partial<DeliveryRow>): Change =>
	({ deliveries: [first] }) => {
		if (first !== undefined) Object.assign(first, into);
	};

const record = (evidence: Evidence) => {
	const [only] = evidence.records;
	if (only === undefined) throw new Error("there is no record");
	return only;
};
const without =
	(kind: Seen["kind"], which: (one: Seen) => boolean = () => true): Change =>
	(evidence) => {
		evidence.seen = evidence.seen.filter((one) => one.kind !== kind || !which(one));
	};
const change =
	<Kind extends Seen["kind"]>(kind: Kind, into: Partial<Seen & { kind: Kind }>): Change =>
	(evidence) => {
		for (const one of evidence.seen) if (one.kind === kind) Object.assign(one, into);
	};
const unlist: Change = (evidence) => {
	evidence.history = [];
	evidence.records = [];
};

const deletedAt = (time: string): Seen[] => {
	const bound = { bindingId: newBindingId, prefixId, cidr: "100.65.0.0/24" };
	return [{ kind: "deleted", by: "call", ...bound, atMs: Date.parse(time) }];
};

const says =
	(state: "deleted" | "failed" | "already_gone"): Change =>
	(evidence) => {
		const one = record(evidence);
		const timeline = one.timeline.slice(0, 6);
		if (state !== "failed") timeline.push({ at: one.settled_at ?? "", event: state });
		Object.assign(one, { state, timeline, restoration: null });
	};

const cases: [promise: string, breach: string, change: Change][] = [
	["no call that changes something without a record", "a DELETE has no record", unlist],
	[
		"no call that changes something without a record",
		"there are three DELETEs for two intents",
		(evidence) => {
			const again = evidence.seen.filter((one) => one.kind === "arrived" && one.call === 3);
			evidence.seen = [...evidence.seen, ...again.map((one) => ({ ...one, call: 9 }))];
		},
	],
	[
		"no call that changes something without a record",
		"a DELETE left before its intent was recorded",
		(evidence) => {
			for (const event of record(evidence).timeline) if (event.event === "sent") event.at = "2026-11-24T12:00:20.000Z";
		},
	],
	["no record that contradicts what happened", "a deleted binding is still there", without("deleted")],
	["no record that contradicts what happened", "a failed deletion's binding is gone", says("failed")],
	[
		"no record that contradicts what happened",
		"a binding that we deleted is recorded as already gone",
		says("already_gone"),
	],
	["no record that contradicts what happened", "no record says that a binding was deleted", unlist],
	["no record that contradicts what happened", "a restored binding was never created", without("created")],
	[
		"no record that contradicts what happened",
		"no record says that a binding was created",
		(evidence) => Object.assign(record(evidence), { restoration: null }),
	],
	[
		"no record that contradicts what happened",
		"a binding that was there all along was not found",
		(evidence) => {
			const failure = { code: "binding_not_found" as const, detail: "" };
			const life = { created_at: "2026-11-24T12:00:08.000Z", settled_at: "2026-11-24T12:00:09.000Z" };
			evidence.records.push({
				...record(evidence),
				...life,
				binding: null,
				state: "failed",
				failure,
				timeline: [],
				restoration: null,
			});
		},
	],
	["nothing deleted that no accepted request named", "no one requested it", without("asked")],
	[
		"nothing deleted that no accepted request named",
		"another binding was named",
		change("asked", { target: "100.65.1.0/24" }),
	],
	[
		"nothing deleted that no accepted request named",
		"another caller requested it",
		change("asked", { caller: "caller-9" }),
	],
	[
		"nothing deleted that no accepted request named",
		"no one approved it",
		without("asked", (one) => one.kind === "asked" && one.what === "approval"),
	],
	[
		"nothing deleted that no accepted request named",
		"a DELETE names no binding",
		change("arrived", { bindingId: null }),
	],
	["no second DELETE without a read-back", "there was no look", change("answered", { listed: null })],
	[
		"no deletion undone by an older request",
		"a restoration was requested before the deletion",
		(evidence) => {
			for (const event of record(evidence).timeline)
				if (event.event === "restoration_requested") event.at = "2026-11-24T12:00:11.000Z";
		},
	],
	[
		"no second DELETE without a read-back",
		"the look did not show the binding",
		change("answered", { listed: [newBindingId] }),
	],
	[
		"nothing open three minutes after the faults",
		"a record is still open",
		(evidence) => evidence.open.push({ id: recordId, state: "unknown" }),
	],
	[
		"KV and Ledger agree, and the last version wins",
		"KV lacks a record",
		(evidence) => {
			evidence.kv = evidence.kv.filter(({ name }) => !name.startsWith("deletion:"));
		},
	],
	[
		"KV and Ledger agree, and the last version wins",
		"KV has an older version",
		(evidence) => {
			for (const key of evidence.kv) key.value = key.value.replace('"restored"', '"deleted"');
		},
	],
	[
		"KV and Ledger agree, and the last version wins",
		"a lookup key is missing",
		(evidence) => {
			evidence.kv = evidence.kv.filter(({ name }) => !name.startsWith("prefix:"));
		},
	],
	[
		"KV and Ledger agree, and the last version wins",
		"a key has an older summary",
		(evidence) => {
			for (const key of evidence.kv) key.metadata = { ...(key.metadata as object), state: "deleted" };
		},
	],
	[
		"KV and Ledger agree, and the last version wins",
		"a key belongs to no record",
		(evidence) => evidence.kv.push({ name: "deletion:x", metadata: {}, value: "{}" }),
	],
	[
		"every answer agrees with the record",
		"an answer said failed and the record says restored",
		change("told", { state: "failed", settled: true }),
	],
	[
		"every answer agrees with the record",
		"an answer names a record that does not exist",
		change("told", { id: "7zzp0k00000000000000000009" }),
	],
	["every answer agrees with the record", "an answer was 500", change("told", { status: 500 })],
	[
		"every answer agrees with the record",
		"two bindings were deleted under one key",
		(evidence) => evidence.records.push({ ...record(evidence), id: "7zzp0k00000000000000000009" }),
	],
	[
		"every answer agrees with the record",
		"the same key got another record later",
		(evidence) => {
			const other = { ...record(evidence), id: "7zzp0k00000000000000000009", created_at: "2026-11-24T12:00:14.500Z" };
			evidence.records.push({ ...other, state: "failed", timeline: [], restoration: null, binding: null });
			for (const one of evidence.seen)
				if (one.kind === "told") Object.assign(one, { id: other.id, state: "failed", what: "deletion" });
		},
	],
	[
		"every answer agrees with the record",
		"Cloudflare's API said deleted and the binding is still there",
		(evidence) => {
			change("asked", { target: bindingId })(evidence);
			change("told", { status: 200, id: null, what: "deletion" })(evidence);
			without("deleted")(evidence);
		},
	],
	[
		"no second DELETE without a read-back",
		"a DELETE left after an answer said deleted",
		(evidence) => {
			const told = evidence.seen.findIndex((one) => one.kind === "told" && one.state === "deleted");
			const again = evidence.seen.find((one) => one.kind === "arrived" && one.call === 3);
			if (again?.kind === "arrived") evidence.seen = [...evidence.seen.slice(0, told + 1), { ...again, call: 9 }];
		},
	],
	[
		"no record that contradicts what happened",
		"the restored binding had been deleted before",
		(evidence) => {
			evidence.seen = [...evidence.seen, ...deletedAt("2026-11-24T12:00:20.500Z")];
			for (const one of evidence.seen) if (one.kind === "created") one.atMs = Date.parse("2026-11-24T12:00:20.000Z");
		},
	],
	[
		"no record that contradicts what happened",
		"two records claim one deletion",
		(evidence) => {
			const again = { ...record(evidence), id: "7zzp0k00000000000000000009", state: "already_gone" as const };
			evidence.records.push({ ...again, timeline: [{ at: again.settled_at ?? "", event: "already_gone" }] });
		},
	],
	[
		"no way round freeze, time, budget and If-Match",
		"a DELETE was sent during a freeze",
		(evidence) => {
			for (const one of evidence.seen)
				if (one.kind === "freeze_turned") one.atMs = Date.parse("2026-11-24T12:00:08.000Z");
		},
	],
	[
		"no way round freeze, time, budget and If-Match",
		"a DELETE was sent before its time",
		(evidence) => Object.assign(record(evidence), { not_before: "2026-11-24T12:00:06.000Z" }),
	],
	[
		"no way round freeze, time, budget and If-Match",
		"a DELETE was sent for a request with another plan's ETag",
		change("asked", { isForbidden: true }),
	],
	[
		"no way round freeze, time, budget and If-Match",
		"the budget was exceeded",
		(evidence) => {
			evidence.records = Array.from({ length: 61 }, () => record(evidence));
		},
	],
	[
		"a failed restoration can be asked for again",
		"a new request got the failure of the earlier one",
		(evidence) => {
			change("told", { restoration: "failed" })(evidence);
			const told = evidence.seen.find((one) => one.kind === "told" && one.what === "restoration");
			if (told?.kind === "told") evidence.seen = [...evidence.seen, { ...told, askedAtMs: told.atMs + 1 }];
		},
	],
	[
		"what was told is in KV a minute after KV works",
		"a record is not in KV",
		(evidence) => (evidence.reachedKv = new Set()),
	],
	["a history read after a deletion shows it", "a list does not show the record", change("history_read", { rows: [] })],
	[
		"a history read after a deletion shows it",
		"a list shows an older state",
		change("history_read", { rows: [{ id: recordId, state: "deleting" }] }),
	],
	[
		"a history read after a deletion shows it",
		"a read by id shows an older state",
		(evidence) => {
			const told = evidence.seen.find((one) => one.kind === "told" && one.settled);
			if (told?.kind !== "told") return;
			const later = { ...told, what: "record" as const, askedAtMs: told.atMs + 1, atMs: told.atMs + 2 };
			evidence.seen = [...evidence.seen, { ...later, state: "deleting", settled: false }];
		},
	],
	[
		"every answer agrees with the record",
		"an id shown in chat has no record",
		(evidence) => {
			evidence.seen = [...evidence.seen, { kind: "given", step: "x", id: "7zzp0k00000000000000000009", atMs: 0 }];
		},
	],
	[
		seen,
		"nobody recorded it",
		(evidence) => {
			evidence.records = evidence.records.filter(({ id }) => id !== lostRecord.id);
		},
	],
	[
		seen,
		"two records say so",
		(evidence) => evidence.records.push({ ...lostRecord, id: "7zzp0j00000000000000000009" }),
	],
	[
		seen,
		"a request says so too",
		(evidence) => {
			const { elsewhere: _, ...rest } = lostRecord;
			const timeline = [{ at: "2026-11-24T12:00:46.000Z", event: "already_gone" }];
			evidence.records.push({ ...rest, id: "7zzp0j00000000000000000009", state: "already_gone", timeline });
		},
	],
	[seen, "the binding is still there", without("deleted", (one) => one.kind === "deleted" && one.by === "others")],
	[
		seen,
		"unbind had deleted it",
		(evidence) => {
			for (const one of evidence.seen) if (one.kind === "deleted") one.by = "call";
		},
	],
	[
		seen,
		"it went after it was recorded",
		(evidence) => {
			for (const one of evidence.seen)
				if (one.kind === "deleted" && one.bindingId === lostBindingId)
					one.atMs = Date.parse("2026-11-24T12:00:46.000Z");
		},
	],
	[
		seen,
		"the watch does not know what is there",
		(evidence) => {
			evidence.inventory = new Map([[bindingId, true]]);
		},
	],
	[
		seen,
		"the watch believes that it is still there",
		(evidence) => {
			evidence.inventory = new Map([...evidence.inventory, [lostBindingId, false]]);
		},
	],
	[
		seen,
		"it was noticed too late",
		(evidence) => {
			for (const one of evidence.records)
				for (const event of one.timeline)
					if (event.event === "deleted_elsewhere") event.at = "2026-11-24T12:06:01.000Z";
		},
	],
	[notified, "one is still waiting", changeDelivery({ state: "waiting" })],
	[notified, "a program never took it", change("notified", { isTaken: false })],
	[notified, "a record has no event", changeDelivery({ type: "watch.appeared" })],
	[notified, "an event has no record", changeDelivery({ deletion_id: "7zzp0j00000000000000000009" })],
	[notified, "an event is not what happened", changeDelivery({ type: "deletion.already_gone" })],
	[notified, "two events have one id", changeDelivery({ event_id: "event-2" })],
	[notified, "a program got what is not listed", change("notified", { id: "event-9" })],
	[notified, "a message has a secret", change("notified", { body: `{"url":"${notifySecrets[1]}"}` })],
];

describe.each(cases)("%s", (promise, breach, spoil) => {
	it(`is broken: ${breach}`, () => {
		const evidence = upright();
		spoil(evidence);
		expect(brokenBy(evidence)).toContain(promise);
	});
});
