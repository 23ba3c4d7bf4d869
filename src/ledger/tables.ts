// Queries on the Ledger's tables that several files share. There is one row per deletion: the record as JSON, and columns
// for what SQL needs. It is a rowid table, because a record is too large for a key's leaf and would take one page more. Rows
// are deleted a week after they settle and reach KV.
import type { Deletion } from "../deletion/record/deletion.ts";

export const keptMs = 7 * 24 * 3_600_000;

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

/** Nothing left to do, at Cloudflare or in KV. */
const isDone = `open = 0 AND settle_at IS NULL AND due_at IS NULL AND publish_at IS NULL AND republish_at IS NULL
	AND mirror_at IS NULL`;

/** Deletions that are due, longest overdue first. */
export function dueIds(sql: SqlStorage, nowMs: number, atMost: number): string[] {
	const query = `SELECT id FROM (
			SELECT id, settle_at AS at FROM deletions WHERE settle_at <= ?1 AND unreadable IS NOT change
			UNION ALL SELECT id, due_at FROM deletions WHERE due_at <= ?1 AND unreadable IS NOT change
		) GROUP BY id ORDER BY min(at) LIMIT ?2`;
	return sql
		.exec<{ id: string }>(query, nowMs, atMost)
		.toArray()
		.map(({ id }) => id);
}

/** When work at Cloudflare or pruning is due next; null if there is none. The outbox handles KV. */
export function nextDueMs(sql: SqlStorage): number | null {
	const query = `SELECT min(at) AS at FROM (
		SELECT min(settle_at) AS at FROM deletions WHERE settle_at IS NOT NULL AND unreadable IS NOT change
		UNION ALL SELECT min(due_at) FROM deletions WHERE due_at IS NOT NULL AND unreadable IS NOT change
		UNION ALL SELECT min(made_at) + ${keptMs} FROM claims
		UNION ALL SELECT min(made_at) + ${keptMs} FROM aliases WHERE publish_at IS NULL
		UNION ALL SELECT min(changed_at) + ${keptMs} FROM deletions
			WHERE ${isDone} AND change < (SELECT max(change) FROM deletions))`;
	return sql.exec<{ at: number | null }>(query).one().at;
}

/** Retries a deletion later; does nothing if it is settled. */
export function postpone(sql: SqlStorage, id: string, atMs: number): void {
	sql.exec("UPDATE deletions SET settle_at = ? WHERE id = ? AND settle_at IS NOT NULL", atMs, id);
	sql.exec("UPDATE deletions SET due_at = ? WHERE id = ? AND due_at IS NOT NULL", atMs, id);
}

/** Keeps the newest change, so that the change count never goes down. */
export function prune(sql: SqlStorage, nowMs: number): void {
	sql.exec("DELETE FROM claims WHERE made_at <= ?", nowMs - keptMs);
	sql.exec("DELETE FROM aliases WHERE made_at <= ? AND publish_at IS NULL", nowMs - keptMs);
	sql.exec(
		`DELETE FROM deletions WHERE ${isDone} AND changed_at <= ? AND change < (SELECT max(change) FROM deletions)`,
		nowMs - keptMs,
	);
}

/** The id of the record that answers this one; null if this id is not an alias. */
export function aliasOf(sql: SqlStorage, id: string): string | null {
	const query = "SELECT deletion_id FROM aliases WHERE id = ?";
	return sql.exec<{ deletion_id: string }>(query, id).toArray()[0]?.deletion_id ?? null;
}
