// The Ledger's own tables, in SQLite in Node, with what tests of one file of it need.
import { DatabaseSync } from "node:sqlite";
import { type Deletion, isOpen } from "../../src/deletion/record/deletion.ts";
import { notYetSent } from "../../src/deletion/record/progress.ts";
import { newRecordId } from "../../src/deletion/record/record-id.ts";
import { createJournal } from "../../src/ledger/journal.ts";
import { migrate } from "../../src/ledger/migrations.ts";
import { storageOf } from "../node-sqlite.ts";
import { noonMs, recordIn } from "../notify/records.ts";

export { noonMs };

export function sqlOf(): SqlStorage {
	const storage = storageOf(new DatabaseSync(":memory:"));
	migrate(storage);
	return storage.sql;
}

let made = 0;
/** A new record, with an id of its own. */
export function madeRecord(change: Partial<Deletion> = {}): Deletion {
	const random = Uint8Array.from({ length: 16 }, (_, index) => (made >> (index * 5)) % 32);
	made += 1;
	return recordIn(change.state ?? "deleted", { id: newRecordId(noonMs - made, random), ...change });
}

/** A journal that takes settled and open records alike. */
export function journalOf(sql: SqlStorage, now = () => noonMs) {
	const due: number[] = [];
	const journal = createJournal(sql, { now, onDue: (atMs) => void due.push(atMs), onSettled() {} });
	const terms = { acknowledge: [], ifMatch: null, ranges: null, approved: [] };
	return {
		...journal,
		due,
		keep(deletion: Deletion, dueAtMs = now() + 1000) {
			if (isOpen(deletion)) journal.storeOpen({ deletion, terms, progress: notYetSent(now()) }, dueAtMs);
			else journal.storeSettled(deletion);
			return deletion;
		},
	};
}
