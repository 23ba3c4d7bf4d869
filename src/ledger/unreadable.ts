// Rows whose JSON cannot be read: each is left alone, logged once, and counted, and nothing else waits for it. A row that
// is written again is read again.
import { type Deletion, type Summary, summaryOf } from "../deletion/record/deletion.ts";
import { log } from "../log.ts";
import { readRecord } from "./tables.ts";

export interface StoredRow {
	[column: string]: SqlStorageValue;
	id: string;
	record: string;
}

/** The record, and its row for lists; null for one that cannot be read. */
export function readRow(sql: SqlStorage, row: StoredRow): { deletion: Deletion; summary: Summary } | null {
	try {
		const deletion = readRecord(row.record);
		return { deletion, summary: summaryOf(deletion) };
	} catch {
		setAside(sql, row.id);
		return null;
	}
}

/** For when work on a deletion has failed: sets it aside where its row is why. */
export function setAsideIfUnreadable(sql: SqlStorage, id: string): void {
	type Row = { record: string; terms: string | null; progress: string | null };
	const query = "SELECT record, terms, progress FROM deletions WHERE id = ? AND unreadable IS NOT change";
	const [row] = sql.exec<Row>(query, id).toArray();
	if (row === undefined) return;
	try {
		summaryOf(readRecord(row.record));
		for (const text of [row.terms, row.progress]) JSON.parse(text ?? "null");
	} catch {
		setAside(sql, id);
	}
}

/** How many rows cannot be read, those included that nothing has tried to read yet. */
export const countUnreadable = (sql: SqlStorage): number => {
	const query = "SELECT count(*) AS count FROM deletions WHERE unreadable = change OR NOT json_valid(record)";
	return sql.exec<{ count: number }>(query).one().count;
};

function setAside(sql: SqlStorage, id: string): void {
	const query = "SELECT change FROM deletions WHERE id = ? AND unreadable IS NOT change";
	const [row] = sql.exec<{ change: number }>(query, id).toArray();
	if (row === undefined) return;
	sql.exec("UPDATE deletions SET unreadable = change WHERE id = ?", id);
	log("error", "record_unreadable", { deletion_id: id });
}
