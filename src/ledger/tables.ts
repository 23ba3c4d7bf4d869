// The Ledger's tables. One row a deletion, with what is asked of it by SQL beside the record itself: a rowid table, as a
// record is too large for a key's leaf and would take a page more. Rows leave a week after they have settled and reached
// KV.
import type { Deletion } from "../deletion/deletion.ts";

export const keptMs = 7 * 24 * 3_600_000;

const schema = `
CREATE TABLE IF NOT EXISTS deletions (
	id TEXT PRIMARY KEY,
	open INTEGER NOT NULL,
	state TEXT NOT NULL,
	binding_id TEXT,
	prefix_id TEXT,
	cidr TEXT,
	change INTEGER NOT NULL,
	changed_at INTEGER NOT NULL,
	begun_at INTEGER,
	settle_at INTEGER,
	publish_at INTEGER,
	publish_failures INTEGER NOT NULL DEFAULT 0,
	record TEXT NOT NULL,
	terms TEXT,
	progress TEXT
);
CREATE UNIQUE INDEX IF NOT EXISTS one_open_deletion_a_binding ON deletions (binding_id) WHERE open = 1;
CREATE INDEX IF NOT EXISTS deletions_by_change ON deletions (change);
CREATE INDEX IF NOT EXISTS deletions_by_changed_at ON deletions (changed_at);
CREATE INDEX IF NOT EXISTS deletions_by_prefix ON deletions (prefix_id, changed_at, state, binding_id);
CREATE INDEX IF NOT EXISTS deletions_by_settle_at ON deletions (settle_at) WHERE settle_at IS NOT NULL;
CREATE INDEX IF NOT EXISTS deletions_by_publish_at ON deletions (publish_at) WHERE publish_at IS NOT NULL;
CREATE TABLE IF NOT EXISTS claims (
	actor TEXT NOT NULL,
	key TEXT NOT NULL,
	payload TEXT NOT NULL,
	deletion_id TEXT NOT NULL,
	made_at INTEGER NOT NULL,
	lasting INTEGER NOT NULL,
	PRIMARY KEY (actor, key)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS deletions_by_binding ON deletions (binding_id, id);
CREATE INDEX IF NOT EXISTS deletions_by_cidr ON deletions (cidr, id);
CREATE INDEX IF NOT EXISTS claims_by_deletion ON claims (deletion_id);
CREATE INDEX IF NOT EXISTS claims_by_made_at ON claims (made_at);
CREATE INDEX IF NOT EXISTS deletions_by_begun_at ON deletions (begun_at, state, prefix_id) WHERE begun_at IS NOT NULL;
CREATE TABLE IF NOT EXISTS freezes (
	seq INTEGER PRIMARY KEY AUTOINCREMENT,
	at TEXT NOT NULL,
	event TEXT NOT NULL,
	by_name TEXT NOT NULL,
	by_door TEXT NOT NULL,
	reason TEXT,
	until TEXT
);
CREATE TABLE IF NOT EXISTS offers (
	id TEXT PRIMARY KEY,
	expires_at INTEGER NOT NULL,
	offer TEXT NOT NULL,
	used TEXT
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS offers_by_expiry ON offers (expires_at);
CREATE TABLE IF NOT EXISTS outcomes (
	day TEXT NOT NULL,
	state TEXT NOT NULL,
	count INTEGER NOT NULL,
	PRIMARY KEY (day, state)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS flags (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
`;

export function openTables(sql: SqlStorage): void {
	sql.exec(schema);
}

/** Written by this Ledger alone, from a `Deletion`. */
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

/** When something is due next, pruning included; null when the Ledger is empty. */
export function nextDueMs(sql: SqlStorage): number | null {
	const query = `SELECT min(at) AS at FROM (
		SELECT min(settle_at) AS at FROM deletions WHERE settle_at IS NOT NULL
		UNION ALL SELECT min(publish_at) FROM deletions WHERE publish_at IS NOT NULL
		UNION ALL SELECT min(made_at) + ${keptMs} FROM claims
		UNION ALL SELECT min(changed_at) + ${keptMs} FROM deletions WHERE open = 0 AND settle_at IS NULL AND publish_at IS NULL
			AND change < (SELECT max(change) FROM deletions))`;
	return sql.exec<{ at: number | null }>(query).one().at;
}

/** Tries a deletion again later; what is settled is left alone. */
export function postpone(sql: SqlStorage, id: string, atMs: number): void {
	sql.exec("UPDATE deletions SET settle_at = ? WHERE id = ? AND settle_at IS NOT NULL", atMs, id);
}

/** The newest change stays, so that the count of changes never falls back. */
export function prune(sql: SqlStorage, nowMs: number): void {
	sql.exec("DELETE FROM claims WHERE made_at <= ?", nowMs - keptMs);
	sql.exec(
		`DELETE FROM deletions WHERE open = 0 AND settle_at IS NULL AND publish_at IS NULL AND changed_at <= ?
			AND change < (SELECT max(change) FROM deletions)`,
		nowMs - keptMs,
	);
}
