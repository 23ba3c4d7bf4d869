// The Ledger's frequent queries, at every poll, page, deletion and alarm, read only the rows they need, however many
// the tables hold.
import { reset, runInDurableObject } from "cloudflare:test";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { Ledger } from "../../src/index.ts";
import { changes } from "../../src/ledger/changes.ts";
import { keptClaims } from "../../src/ledger/claims.ts";
import { nextDueMs, prune } from "../../src/ledger/due.ts";
import { createJournal } from "../../src/ledger/journal.ts";
import { tableFacts } from "../../src/ledger/status.ts";
import { bindingIds, deletionAt, nowMs, prefixIds } from "../adapters/history/rows.ts";
import { ledger } from "../harness.ts";

const keptRows = 300;
const newestMs = nowMs - 3_600_000;
const [bindingId = ""] = bindingIds;
const [prefixId = ""] = prefixIds;

beforeEach(() =>
	runInDurableObject<Ledger, void>(ledger(), (_, { storage: { sql } }) => {
		let atMs = 0;
		const journal = createJournal(sql, { now: () => atMs, onDue() {}, onSettled() {} });
		for (let index = keptRows - 1; index >= 0; index--) {
			atMs = newestMs - index * 60_000;
			const id = `c01d00000000000000000001${String(index).padStart(8, "0")}`;
			const { binding } = deletionAt(atMs);
			journal.storeSettled(
				deletionAt(atMs, { binding: binding && { ...binding, id, cidr: `192.0.2.${index % 256}/32` } }),
			);
		}
		sql.exec("UPDATE deletions SET publish_at = NULL");
	}),
);
afterEach(() => reset());

type Ask = (sql: SqlStorage) => unknown;
const journalOf = (sql: SqlStorage) => createJournal(sql, { now: () => nowMs, onDue() {}, onSettled() {} });
const everything = { afterId: "", bindingId: null, prefixId: null, unless: null };
const changesTo = (sql: SqlStorage, query: object) =>
	changes(sql, journalOf(sql).version(), { ...everything, ...query }, nowMs);

it.each<[string, Ask]>([
	["a poll", (sql) => changesTo(sql, { unless: journalOf(sql).version() })],
	["a page", (sql) => changesTo(sql, {})],
	["a binding's page", (sql) => changesTo(sql, { bindingId })],
	["which siblings are gone", (sql) => journalOf(sql).goneSince(prefixId, nowMs - 600_000)],
	["the budget", (sql) => journalOf(sql).pace(prefixId, nowMs - 600_000)],
	["a binding's open deletion", (sql) => journalOf(sql).openFor({ bindingId })],
	["a CIDR's open deletion", (sql) => journalOf(sql).openFor({ cidr: "203.0.113.0/26" })],
	["a binding's last deletion", (sql) => journalOf(sql).lastGone({ bindingId })],
	["what we created at a CIDR", (sql) => journalOf(sql).created({ cidr: "203.0.113.0/26" })],
	["what we created by an id", (sql) => journalOf(sql).created({ bindingId })],
	["who has a key", (sql) => journalOf(sql).claimed("ci", "key:k")],
	["a record's claims", (sql) => keptClaims(sql, "1")],
	["the prefix of a binding", (sql) => journalOf(sql).prefixOf(bindingId)],
	["the next alarm", nextDueMs],
	["pruning", (sql) => prune(sql, nowMs)],
	["the status, but for what is counted once a minute", (sql) => tableFacts(sql, nowMs)],
])("%s reads fewer than twenty rows, however many are kept", async (_, ask) => {
	const rowsRead = await runInDurableObject<Ledger, number>(ledger(), (_, { storage: { sql } }) => countRows(sql, ask));
	expect(rowsRead).toBeLessThan(20);
});

it("the row counter counts every row of a full read", async () => {
	const all: Ask = (sql) => sql.exec("SELECT record FROM deletions");
	const rowsRead = await runInDurableObject<Ledger, number>(ledger(), (_, { storage: { sql } }) => countRows(sql, all));
	expect(rowsRead).toBe(keptRows);
});

function countRows(sql: SqlStorage, ask: Ask): number {
	let rows = 0;
	const counted = {
		exec(text: string, ...values: unknown[]) {
			const cursor = sql.exec(text, ...values);
			const all = cursor.toArray();
			rows += cursor.rowsRead;
			return { toArray: () => all, one: () => all[0] };
		},
	};
	ask(counted as unknown as SqlStorage);
	return rows;
}
