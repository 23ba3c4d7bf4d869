// Loads what a release left behind, so that the present release starts on it as if it had just been deployed.
import { abortAllDurableObjects, runInDurableObject } from "cloudflare:test";
import type { State } from "../../sandbox/imitation/state.ts";
import type { Ledger } from "../../src/index.ts";
import { cloudflare, HISTORY, ledger } from "../harness.ts";
import type { Fixture, Row, Stored } from "./fixture.ts";

/** @param tables replace the fixture's. */
export async function load({ stored, account }: Fixture, tables: Record<string, Row[]> = {}): Promise<void> {
	// The imitation fills in what is left out.
	await cloudflare.put(account as State);
	await loadLedger({ ...stored, tables: { ...stored.tables, ...tables } });
	await Promise.all(
		stored.kv.map(({ key, value, metadata }) => HISTORY.put(key, value ?? recordIn(stored, key), { metadata })),
	);
	// The object in memory started on empty tables. The next one starts on these.
	await abortAllDurableObjects();
}

function loadLedger({ schema, tables, alarmAtMs }: Stored): Promise<void> {
	return runInDurableObject<Ledger, void>(ledger(), async (_, { storage }) => {
		await storage.deleteAll();
		for (const statement of schema) storage.sql.exec(statement);
		for (const [table, rows] of Object.entries(tables))
			for (const row of rows) {
				const columns = Object.keys(row);
				const places = columns.map(() => "?").join(", ");
				storage.sql.exec(`INSERT INTO ${table} (${columns.join(", ")}) VALUES (${places})`, ...Object.values(row));
			}
		if (alarmAtMs !== null) await storage.setAlarm(alarmAtMs);
		await storage.sync();
	});
}

function recordIn({ tables }: Stored, key: string): string {
	const record = tables.deletions?.find(({ id }) => key === `deletion:${id}`)?.record;
	if (typeof record !== "string") throw new Error(`the fixture has no record for ${key}`);
	return record;
}
