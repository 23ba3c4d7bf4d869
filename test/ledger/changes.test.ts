// The changes that the Ledger reports because KV may not show them yet.
import { reset, runInDurableObject } from "cloudflare:test";
import { afterEach, expect, it, vi } from "vitest";
import { laterMembers } from "../../src/deletion/record/deletion.ts";
import type { Ledger } from "../../src/index.ts";
import { changes } from "../../src/ledger/changes.ts";
import { createJournal } from "../../src/ledger/journal.ts";
import { countUnreadable } from "../../src/ledger/tables.ts";
import { deletionAt, nowMs } from "../adapters/history/rows.ts";
import { ledger } from "../harness.ts";

afterEach(async () => {
	vi.restoreAllMocks();
	await reset();
});

const hourMs = 3_600_000;
const everything = { afterId: "", bindingId: null, prefixId: null, unless: null };
const told = (sql: SqlStorage, atMs: number, more = {}) =>
	changes(sql, "-", { ...everything, ...more }, atMs).recent?.map(({ id }) => id);

/** One settled record, kept at `nowMs`. */
const withRecord = (test: (sql: SqlStorage, id: string) => void) =>
	runInDurableObject<Ledger, void>(ledger(), (_, { storage: { sql } }) => {
		const deletion = deletionAt(nowMs);
		createJournal(sql, { now: () => nowMs, onDue() {}, onSettled() {} }).storeSettled(deletion);
		test(sql, deletion.id);
	});

it("reports a record for as long as it is unpublished", () =>
	withRecord((sql, id) => {
		expect(told(sql, nowMs + 9 * hourMs)).toEqual([id]);
		sql.exec("UPDATE deletions SET publish_at = NULL");
		expect(told(sql, nowMs + 9 * hourMs)).toEqual([]);
	}));

it("reports a record for ten minutes after a late publication", () =>
	withRecord((sql, id) => {
		sql.exec("UPDATE deletions SET publish_at = NULL, published_at = ?", nowMs + hourMs);
		expect(told(sql, nowMs + hourMs + 600_000)).toEqual([id]);
		expect(told(sql, nowMs + hourMs + 600_001)).toEqual([]);
	}));

it("reports a record for ten minutes after a prompt publication", () =>
	withRecord((sql, id) => {
		sql.exec("UPDATE deletions SET publish_at = NULL");
		expect(told(sql, nowMs + 659_000)).toEqual([id]);
		expect(told(sql, nowMs + 661_000)).toEqual([]);
	}));

it("reports only the records of one actor, in any case, or of one door, and how far it has looked", () =>
	withRecord((sql, id) => {
		expect(told(sql, nowMs, { actor: "CI", door: "api" })).toEqual([id]);
		expect(told(sql, nowMs, { actor: "zz" })).toEqual([]);
		expect(told(sql, nowMs, { door: "chat" })).toEqual([]);
		expect(changes(sql, "-", { ...everything, actor: "zz", atMost: 1 }, nowMs).until).toBe(id);
	}));

it("reports the whole week if asked to", () =>
	withRecord((sql, id) => {
		sql.exec("UPDATE deletions SET publish_at = NULL");
		expect(told(sql, nowMs + 9 * hourMs, { week: true })).toEqual([id]);
	}));

it("gives a row that an earlier release wrote the members that it lacks", () =>
	withRecord((sql) => {
		sql.exec("UPDATE deletions SET summary = json_remove(summary, '$.failure_code', '$.not_before', '$.expires_at')");
		expect(changes(sql, "-", everything, nowMs).recent?.[0]).toMatchObject(laterMembers);
	}));

it("reads the summary row, or the record itself if the previous release changed it", () =>
	withRecord((sql) => {
		const state = () => changes(sql, "-", everything, nowMs).recent?.[0]?.state;
		sql.exec("UPDATE deletions SET record = json_set(record, '$.state', 'restored')");
		expect(state()).toBe("deleted");
		sql.exec("UPDATE deletions SET change = change + 1");
		expect(state()).toBe("restored");
	}));

it("skips an unreadable row, logs it once, counts it, and reads it once it is written again", () =>
	withRecord((sql, id) => {
		const log = vi.spyOn(console, "error").mockImplementation(() => {});
		sql.exec("UPDATE deletions SET record = '{', summary = NULL, summary_change = NULL");
		for (const _ of [1, 2]) expect(told(sql, nowMs)).toEqual([]);
		expect(log.mock.calls.map(([line]) => JSON.parse(line))).toEqual([
			{ level: "error", event: "record_unreadable", deletion_id: id },
		]);
		expect(countUnreadable(sql)).toBe(1);
		createJournal(sql, { now: () => nowMs, onDue() {}, onSettled() {} }).storeSettled({ ...deletionAt(nowMs), id });
		expect([told(sql, nowMs), countUnreadable(sql)]).toEqual([[id], 0]);
	}));
