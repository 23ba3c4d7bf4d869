// How the Ledger's tables are read and written everywhere: records, and flags by name. There is one row per deletion: the record as JSON, and columns
// for what SQL needs. It is a rowid table, because a record is too large for a key's leaf and would take one page more. Rows
// are deleted a week after they settle and reach KV.
import type { Deletion } from "../deletion/record/deletion.ts";

/** Only this Ledger writes it, from a `Deletion`. */
export const readRecord = (text: string): Deletion => JSON.parse(text);

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
