// The Ledger's own journal over SQLite in Node, plus views of it for tests.
import { DatabaseSync } from "node:sqlite";
import type { Freeze } from "../../src/deletion/judgement/freeze.ts";
import type { Journal } from "../../src/deletion/ports.ts";
import type { Deletion } from "../../src/deletion/record/deletion.ts";
import { noteHistory } from "../../src/ledger/freezes.ts";
import { createJournal } from "../../src/ledger/journal.ts";
import { migrate } from "../../src/ledger/migrations.ts";
import { readRecord, setFlag } from "../../src/ledger/tables.ts";
import { type LedgerStorage, storageOf } from "../node-sqlite.ts";

export interface TestJournal extends Journal {
	all(): Deletion[];
	/** null if nothing is under way. */
	dueAtMs(id: string): number | null;
	claims(): { actor: string; key: string; payload: string; deletionId: string }[];
	/** The freeze. A test sets it directly. */
	frozen: Freeze | null;
	storage: LedgerStorage;
	/** Called in the commit that settles a record. */
	onSettled: (id: string) => void;
	/** Empties the tables and hands them to the next journal. Creating them takes most of a short test's time. */
	handOver(): void;
}

const handedOver: LedgerStorage[] = [];

function createStorage(): LedgerStorage {
	const storage = storageOf(new DatabaseSync(":memory:"));
	migrate(storage);
	return storage;
}

export function createTestJournal(now: () => number): TestJournal {
	const storage = handedOver.pop() ?? createStorage();
	const { sql } = storage;
	noteHistory(sql, "read");
	let frozen: Freeze | null = null;
	const journal: TestJournal = {
		...createJournal(sql, { now, onDue() {}, onSettled: (id) => journal.onSettled(id) }),
		storage,
		onSettled() {},
		all: () =>
			sql
				.exec<{ record: string }>("SELECT record FROM deletions ORDER BY rowid")
				.toArray()
				.map(({ record }) => readRecord(record)),
		dueAtMs: (id) =>
			sql
				.exec<{ at: number | null }>("SELECT coalesce(settle_at, due_at) AS at FROM deletions WHERE id = ?", id)
				.toArray()[0]?.at ?? null,
		claims: () =>
			sql
				.exec<{ actor: string; key: string; payload: string; deletion_id: string }>("SELECT * FROM claims")
				.toArray()
				.map(({ actor, key, payload, deletion_id }) => ({ actor, key, payload, deletionId: deletion_id })),
		handOver() {
			for (const table of tables) sql.exec(`DELETE FROM ${table}`);
			handedOver.push(storage);
		},
		get frozen() {
			return frozen;
		},
		set frozen(freeze) {
			frozen = freeze;
			setFlag(sql, "freeze", freeze === null ? null : JSON.stringify(freeze));
		},
	};
	return journal;
}

const tables = ["deletions", "claims", "aliases", "outcomes", "flags", "restorations", "restoration_items"];
