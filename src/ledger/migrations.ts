// The Ledger's schema, as numbered migrations. They only add: new columns are nullable or have a default, and nothing is
// renamed, dropped or back-filled. So the previous release can use the same tables during a gradual roll-out and after a
// rollback.

const migrations: readonly string[] = [
	// Version 1. Ledgers made before migrations were numbered have these tables already.
	`
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
`,
	// Version 2.
	`
-- When work is due in a state that version 1 does not know.
ALTER TABLE deletions ADD COLUMN due_at INTEGER;
-- 1: a caller was given this id before the record was judged.
ALTER TABLE deletions ADD COLUMN told INTEGER;
-- The list row as JSON; true only while summary_change = change, as version 1 does not write it.
ALTER TABLE deletions ADD COLUMN summary TEXT;
ALTER TABLE deletions ADD COLUMN summary_change INTEGER;
-- The plain id of the binding that a restoration created.
ALTER TABLE deletions ADD COLUMN restored_id TEXT;
-- When KV took the record, where that was late: set only more than a minute after the change.
ALTER TABLE deletions ADD COLUMN published_at INTEGER;
-- When to publish once more after a put that timed out, as it may still land over a newer version.
ALTER TABLE deletions ADD COLUMN republish_at INTEGER;
-- When the record's mirror in KV is to be written or removed, and whether KV may hold one.
ALTER TABLE deletions ADD COLUMN mirror_at INTEGER;
ALTER TABLE deletions ADD COLUMN mirrored INTEGER;
-- The change whose JSON could not be read: left alone until the row changes.
ALTER TABLE deletions ADD COLUMN unreadable INTEGER;
CREATE INDEX deletions_by_due_at ON deletions (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX deletions_by_restored_id ON deletions (restored_id) WHERE restored_id IS NOT NULL;
CREATE INDEX deletions_by_published_at ON deletions (published_at) WHERE published_at IS NOT NULL;
CREATE INDEX deletions_by_unreadable ON deletions (unreadable) WHERE unreadable IS NOT NULL;
CREATE INDEX deletions_by_republish_at ON deletions (republish_at) WHERE republish_at IS NOT NULL;
CREATE INDEX deletions_by_mirror_at ON deletions (mirror_at) WHERE mirror_at IS NOT NULL;
-- Ids that callers were given, and the record that answers each.
CREATE TABLE aliases (
	id TEXT PRIMARY KEY,
	deletion_id TEXT NOT NULL,
	made_at INTEGER NOT NULL,
	publish_at INTEGER
) WITHOUT ROWID;
CREATE INDEX aliases_by_deletion ON aliases (deletion_id);
CREATE INDEX aliases_by_made_at ON aliases (made_at);
CREATE INDEX aliases_by_publish_at ON aliases (publish_at) WHERE publish_at IS NOT NULL;
-- A Ledger that has worked before this version is no new one: it need not read the history in KV first.
INSERT INTO flags (name, value) SELECT 'history', 'read'
	WHERE EXISTS (SELECT 1 FROM deletions) OR EXISTS (SELECT 1 FROM freezes);
`,
	// Version 3.
	`
-- The form in which a claim was written; version 1 and 2 wrote no number.
ALTER TABLE claims ADD COLUMN form INTEGER;
`,
	// Version 4.
	`
-- The watch: a row per lifetime of a binding, and one per slot of prefixes that are looked at together.
CREATE TABLE lifetimes (
	binding_id TEXT NOT NULL,
	first_seen_at INTEGER NOT NULL,
	prefix_id TEXT NOT NULL,
	missed INTEGER,
	gone_at INTEGER,
	lifetime TEXT NOT NULL,
	PRIMARY KEY (binding_id, first_seen_at)
) WITHOUT ROWID;
CREATE INDEX lifetimes_by_prefix ON lifetimes (prefix_id);
CREATE INDEX lifetimes_missed ON lifetimes (missed) WHERE missed IS NOT NULL;
CREATE INDEX lifetimes_by_gone_at ON lifetimes (gone_at);
CREATE TABLE watch_slots (slot INTEGER PRIMARY KEY, tried_at INTEGER, prefixes TEXT NOT NULL);
-- Records about which Cloudflare's audit log is to be asked.
CREATE TABLE audit_waits (
	deletion_id TEXT PRIMARY KEY,
	binding_id TEXT NOT NULL,
	own INTEGER NOT NULL,
	start_at INTEGER NOT NULL,
	since_at INTEGER NOT NULL
) WITHOUT ROWID;
`,
	// Version 5.
	`
-- Many restorations under one request, and a row for each of its records; "open" is null once it is settled.
CREATE TABLE restorations (
	id TEXT PRIMARY KEY,
	made_at INTEGER NOT NULL,
	settled_at INTEGER,
	actor TEXT NOT NULL,
	payload TEXT NOT NULL,
	requested_by TEXT NOT NULL,
	reason TEXT
) WITHOUT ROWID;
CREATE INDEX restorations_by_made_at ON restorations (made_at);
CREATE TABLE restoration_items (
	restorations_id TEXT NOT NULL,
	deletion_id TEXT NOT NULL,
	record_id TEXT NOT NULL,
	prefix_rank INTEGER NOT NULL,
	place INTEGER NOT NULL,
	open INTEGER,
	state TEXT NOT NULL,
	tries INTEGER NOT NULL DEFAULT 0,
	item TEXT NOT NULL,
	PRIMARY KEY (restorations_id, deletion_id)
) WITHOUT ROWID;
CREATE INDEX restoration_items_open ON restoration_items (record_id) WHERE open IS NOT NULL;
-- Bindings that disappeared at once, and the record of each.
CREATE TABLE mass_deletions (
	start_at INTEGER PRIMARY KEY,
	noticed_at INTEGER NOT NULL,
	froze INTEGER NOT NULL
);
CREATE TABLE mass_deletion_records (
	start_at INTEGER NOT NULL,
	deletion_id TEXT NOT NULL,
	summary TEXT NOT NULL,
	PRIMARY KEY (start_at, deletion_id)
) WITHOUT ROWID;
`,
	// Version 6.
	`
-- One row for each event and destination. Partial indexes: what is over costs no more.
CREATE TABLE deliveries (
	id TEXT PRIMARY KEY,
	event_id TEXT NOT NULL,
	type TEXT NOT NULL,
	deletion_id TEXT,
	destination TEXT NOT NULL,
	address TEXT NOT NULL,
	state TEXT NOT NULL,
	made_at INTEGER NOT NULL,
	next_at INTEGER,
	attempts INTEGER NOT NULL DEFAULT 0,
	last_at INTEGER,
	failure TEXT,
	folded_into TEXT,
	external_id TEXT,
	event TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX deliveries_by_next_at ON deliveries (destination, next_at) WHERE next_at IS NOT NULL;
CREATE INDEX deliveries_undelivered ON deliveries (destination) WHERE state = 'undelivered';
CREATE INDEX deliveries_by_external_id ON deliveries (deletion_id, destination) WHERE external_id IS NOT NULL;
CREATE TABLE destinations (
	name TEXT PRIMARY KEY,
	mark TEXT NOT NULL,
	failures INTEGER NOT NULL DEFAULT 0,
	rests_until INTEGER,
	disabled_at INTEGER,
	delivered_at INTEGER,
	failed_at INTEGER,
	failure TEXT,
	dropped INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
`,
];

export const schemaVersion = migrations.length;

/** Brings the tables to this release's version, in one transaction; a newer release's tables are left as they are. */
export function migrate(storage: Pick<DurableObjectStorage, "sql" | "transactionSync">): void {
	const { sql } = storage;
	const before = versionOf(sql);
	if (before >= schemaVersion) return;
	storage.transactionSync(() => {
		for (const migration of migrations.slice(before)) sql.exec(migration);
		sql.exec(
			"INSERT INTO flags (name, value) VALUES ('schema', ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
			String(schemaVersion),
		);
	});
}

/** 0 if nothing has been migrated yet. */
export function versionOf(sql: SqlStorage): number {
	const [table] = sql.exec("SELECT 1 FROM sqlite_master WHERE name = 'flags'").toArray();
	if (table === undefined) return 0;
	const [row] = sql.exec<{ value: string }>("SELECT value FROM flags WHERE name = 'schema'").toArray();
	return row === undefined ? 0 : Number(row.value);
}
