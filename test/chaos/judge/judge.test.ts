// The judge finds what is wrong: each promise holds for a chaos that went well, and is broken by one thing that did not.
import { describe, expect, test } from "vitest";
import type { Evidence } from "../evidence.ts";
import type { Seen } from "../witness.ts";
import { judge } from "./judge.ts";
import { bindingId, newBindingId, prefixId, recordId, upright } from "./upright.ts";

const brokenBy = (evidence: Evidence): string[] =>
	judge(evidence).verdicts.flatMap(([promise, { breaches }]) => (breaches.length > 0 ? [promise] : []));

test("a chaos that went well breaks nothing, and each promise was looked at", () => {
	const { verdicts } = judge(upright());
	for (const [promise, { checked, breaches }] of verdicts) {
		expect(breaches, promise).toEqual([]);
		expect(checked, promise).toBeGreaterThan(0);
	}
});

type Change = (evidence: Evidence) => void;

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
	["no call that changes something without a record", "a DELETE of which there is no record", unlist],
	[
		"no call that changes something without a record",
		"a third DELETE, for two intents",
		(evidence) => {
			const again = evidence.seen.filter((one) => one.kind === "arrived" && one.call === 3);
			evidence.seen = [...evidence.seen, ...again.map((one) => ({ ...one, call: 9 }))];
		},
	],
	[
		"no call that changes something without a record",
		"a DELETE before its intent",
		(evidence) => {
			for (const event of record(evidence).timeline) if (event.event === "sent") event.at = "2026-11-24T12:00:20.000Z";
		},
	],
	["no record that contradicts what happened", "deleted, and it stands", without("deleted")],
	["no record that contradicts what happened", "failed, and it is gone", says("failed")],
	["no record that contradicts what happened", "already gone, by our own DELETE", says("already_gone")],
	["no record that contradicts what happened", "deleted by a call, and nobody says so", unlist],
	["no record that contradicts what happened", "restored, and nothing was created", without("created")],
	[
		"no record that contradicts what happened",
		"created, and nobody says so",
		(evidence) => Object.assign(record(evidence), { restoration: null }),
	],
	[
		"no record that contradicts what happened",
		"not found, and it stood there all the time",
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
	["nothing deleted that no accepted request named", "nobody had asked", without("asked")],
	[
		"nothing deleted that no accepted request named",
		"another binding was named",
		change("asked", { target: "100.65.1.0/24" }),
	],
	[
		"nothing deleted that no accepted request named",
		"another caller had asked",
		change("asked", { caller: "caller-9" }),
	],
	[
		"nothing deleted that no accepted request named",
		"nobody had approved",
		without("asked", (one) => one.kind === "asked" && one.what === "approval"),
	],
	["nothing deleted that no accepted request named", "a DELETE of a prefix", change("arrived", { bindingId: null })],
	["no second DELETE without a read-back", "nobody had looked", change("answered", { listed: null })],
	[
		"no deletion undone by an older request",
		"restored, as was asked for before the deletion",
		(evidence) => {
			for (const event of record(evidence).timeline)
				if (event.event === "restoration_requested") event.at = "2026-11-24T12:00:11.000Z";
		},
	],
	["no second DELETE without a read-back", "the look did not show it", change("answered", { listed: [newBindingId] })],
	[
		"nothing open three minutes after the faults",
		"one is open",
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
		"a way to look it up is missing",
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
		"a key of no record",
		(evidence) => evidence.kv.push({ name: "deletion:x", metadata: {}, value: "{}" }),
	],
	[
		"every answer agrees with the record",
		"told failed, and it is deleted",
		change("told", { state: "failed", settled: true }),
	],
	[
		"every answer agrees with the record",
		"told of a record that is none",
		change("told", { id: "7zzp0k00000000000000000009" }),
	],
	["every answer agrees with the record", "told that unbind failed", change("told", { status: 500 })],
	[
		"every answer agrees with the record",
		"two deletions under one key",
		(evidence) => evidence.records.push({ ...record(evidence), id: "7zzp0k00000000000000000009" }),
	],
	[
		"every answer agrees with the record",
		"another record for the same key",
		(evidence) => {
			const other = { ...record(evidence), id: "7zzp0k00000000000000000009", created_at: "2026-11-24T12:00:14.500Z" };
			evidence.records.push({ ...other, state: "failed", timeline: [], restoration: null, binding: null });
			for (const one of evidence.seen)
				if (one.kind === "told") Object.assign(one, { id: other.id, state: "failed", what: "deletion" });
		},
	],
	[
		"every answer agrees with the record",
		"told in Cloudflare's language that it is deleted, and it stands",
		(evidence) => {
			change("asked", { target: bindingId })(evidence);
			change("told", { status: 200, id: null, what: "deletion" })(evidence);
			without("deleted")(evidence);
		},
	],
	[
		"no second DELETE without a read-back",
		"one left after it was told as deleted",
		(evidence) => {
			const told = evidence.seen.findIndex((one) => one.kind === "told" && one.state === "deleted");
			const again = evidence.seen.find((one) => one.kind === "arrived" && one.call === 3);
			if (again?.kind === "arrived") evidence.seen = [...evidence.seen.slice(0, told + 1), { ...again, call: 9 }];
		},
	],
	[
		"no record that contradicts what happened",
		"restored by a binding that had been deleted before",
		(evidence) => {
			evidence.seen = [...evidence.seen, ...deletedAt("2026-11-24T12:00:20.500Z")];
			for (const one of evidence.seen) if (one.kind === "created") one.atMs = Date.parse("2026-11-24T12:00:20.000Z");
		},
	],
	[
		"no record that contradicts what happened",
		"two records tell of one deletion",
		(evidence) => {
			const again = { ...record(evidence), id: "7zzp0k00000000000000000009", state: "already_gone" as const };
			evidence.records.push({ ...again, timeline: [{ at: again.settled_at ?? "", event: "already_gone" }] });
		},
	],
	[
		"no way round freeze, time, budget and If-Match",
		"a DELETE during a freeze",
		(evidence) => {
			for (const one of evidence.seen)
				if (one.kind === "freeze_turned") one.atMs = Date.parse("2026-11-24T12:00:08.000Z");
		},
	],
	[
		"no way round freeze, time, budget and If-Match",
		"a DELETE before its time",
		(evidence) => Object.assign(record(evidence), { not_before: "2026-11-24T12:00:06.000Z" }),
	],
	[
		"no way round freeze, time, budget and If-Match",
		"a DELETE for a request with another plan's ETag",
		change("asked", { isForbidden: true }),
	],
	[
		"no way round freeze, time, budget and If-Match",
		"more than the budget",
		(evidence) => {
			evidence.records = Array.from({ length: 61 }, () => record(evidence));
		},
	],
	[
		"a failed restoration can be asked for again",
		"another request was told of the failed one",
		(evidence) => {
			change("told", { restoration: "failed" })(evidence);
			const told = evidence.seen.find((one) => one.kind === "told" && one.what === "restoration");
			if (told?.kind === "told") evidence.seen = [...evidence.seen, { ...told, askedAtMs: told.atMs + 1 }];
		},
	],
	["what was told is in KV a minute after KV works", "it is not", (evidence) => (evidence.reachedKv = new Set())],
	["a history read after a deletion shows it", "a list does not show it", change("history_read", { rows: [] })],
	[
		"a history read after a deletion shows it",
		"a list shows it as it was",
		change("history_read", { rows: [{ id: recordId, state: "deleting" }] }),
	],
	[
		"a history read after a deletion shows it",
		"its record is read as it was",
		(evidence) => {
			const told = evidence.seen.find((one) => one.kind === "told" && one.settled);
			if (told?.kind !== "told") return;
			const later = { ...told, what: "record" as const, askedAtMs: told.atMs + 1, atMs: told.atMs + 2 };
			evidence.seen = [...evidence.seen, { ...later, state: "deleting", settled: false }];
		},
	],
	[
		"every answer agrees with the record",
		"an id came by chat, and there is no such record",
		(evidence) => {
			evidence.seen = [...evidence.seen, { kind: "given", step: "x", id: "7zzp0k00000000000000000009", atMs: 0 }];
		},
	],
];

describe.each(cases)("%s", (promise, breach, spoil) => {
	test(`is broken: ${breach}`, () => {
		const evidence = upright();
		spoil(evidence);
		expect(brokenBy(evidence)).toContain(promise);
	});
});
