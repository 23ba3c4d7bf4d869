// How the Ledger's tables are read and written everywhere: flags by name, and the row of a deletion. A row has the record as
// JSON, and columns for what SQL needs. It is a rowid table, because a record is too large for a key's leaf and would take one
// page more. A row whose JSON can't be parsed is set aside, logged once and counted, and holds up nothing else. It is read again
// once it is written again.
import { type Deletion, type Summary, summaryOf } from "../deletion/record/deletion.ts";
import { goneStates } from "../deletion/record/gone.ts";
import { log } from "../log.ts";

/** Only this Ledger writes it, from a `Deletion`. */
export const readRecord = (text: string): Deletion => JSON.parse(text);

/** For `state IN …`. */
export const goneStatesSql = `('${goneStates.join("', '")}')`;

export function getFlag(sql: SqlStorage, name: string): string | null {
	return sql.exec<{ value: string }>("SELECT value FROM flags WHERE name = ?", name).toArray()[0]?.value ?? null;
}

export function setFlag(sql: SqlStorage, name: string, value: string | null): void {
	if (value === null) sql.exec("DELETE FROM flags WHERE name = ?", name);
	else
		sql.exec(
			"INSERT INTO flags (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
			name,
			value,
		);
}

/** The ids that a query selects, in its order. */
export const idsIn = (sql: SqlStorage, query: string, ...values: (string | number)[]): string[] =>
	sql
		.exec<{ id: string }>(query, ...values)
		.toArray()
		.map(({ id }) => id);

export interface StoredRow {
	[column: string]: SqlStorageValue;
	id: string;
	record: string;
}

/** The record and its list row; null if it can't be parsed. */
export function readRow(sql: SqlStorage, row: StoredRow): { deletion: Deletion; summary: Summary } | null {
	try {
		const deletion = readRecord(row.record);
		return { deletion, summary: summaryOf(deletion) };
	} catch {
		setAside(sql, row.id);
		return null;
	}
}

/** After work on a deletion has failed: sets the row aside if it is the cause. */
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

/** Reads a record. If that fails because of its row, the row is set aside; the error goes on. */
export function readOrSetAside<Value>(sql: SqlStorage, id: string, read: () => Value): Value {
	try {
		return read();
	} catch (error) {
		setAsideIfUnreadable(sql, id);
		throw error;
	}
}

/** null if there is none, or if its row can't be parsed: then the row is set aside. */
export function readableRecord(sql: SqlStorage, id: string, get: (id: string) => Deletion | null): Deletion | null {
	try {
		return get(id);
	} catch {
		setAsideIfUnreadable(sql, id);
		return null;
	}
}

/** Whether the row can't be parsed, as far as anything has tried to read it. */
export const isSetAside = (sql: SqlStorage, id: string): boolean =>
	sql.exec("SELECT 1 FROM deletions WHERE id = ? AND unreadable = change", id).toArray().length > 0;

/** How many rows can't be parsed, including those that nothing has tried to read yet. */
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
