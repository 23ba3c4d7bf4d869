// A stub of the next release: the same code on the same data, after a migration as the next release might run it.
// Everything it adds stays when today's release comes back.

const releaseKey = "chaos.release";

export const isNext = (storage) => storage.kv.get(releaseKey) === "next";

/** Takes effect at the object's next start. */
export async function release(name, storage) {
	storage.kv.put(releaseKey, name);
	await storage.sync();
}

export function upgrade({ sql }) {
	const columns = sql.exec("SELECT name FROM pragma_table_info('deletions')").toArray();
	if (columns.some(({ name }) => name === "of_the_next_release")) return;
	sql.exec("ALTER TABLE deletions ADD COLUMN of_the_next_release TEXT");
	sql.exec("CREATE TABLE IF NOT EXISTS next_release (name TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID");
	sql.exec("INSERT OR REPLACE INTO flags (name, value) VALUES ('next_release', '1')");
	sql.exec("UPDATE flags SET value = CAST(CAST(value AS INTEGER) + 1 AS TEXT) WHERE name = 'schema'");
}

/** Uses the added column, as the next release would. */
export function mark({ sql }) {
	sql.exec("UPDATE deletions SET of_the_next_release = 'seen' WHERE open = 1 AND of_the_next_release IS NULL");
}
