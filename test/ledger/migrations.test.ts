// The next release was here and has been rolled back: its tables are newer than ours. Additive only, as ours are, so all of
// this release works on them, and leaves them and their number as they are.
import { abortAllDurableObjects, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Ledger } from "../../src/index.ts";
import { schemaVersion } from "../../src/ledger/migrations.ts";
import { shop24 } from "../doors/account.ts";
import { call, deletes, HISTORY, ledger } from "../harness.ts";
import { endClock, hourMs, inMs, startClock, wakeAfter } from "../lifecycle/clock.ts";
import { asker, cancel, cidr, decide, deleted, freeze, lift, record, remove, restore } from "../lifecycle/people.ts";

const nextVersion = schemaVersion + 1;
const spectrum = "203.0.113.0/26";

const inSql = <Value>(act: (sql: SqlStorage) => Value) =>
	runInDurableObject<Ledger, Value>(ledger(), (_, { storage: { sql } }) => act(sql));
const schema = () =>
	inSql((sql) => ({
		statements: sql.exec("SELECT sql FROM sqlite_master WHERE name NOT LIKE '_cf_%' ORDER BY name").toArray(),
		version: sql.exec("SELECT value FROM flags WHERE name = 'schema'").one().value,
	}));

/** What a next release may add: nullable columns, columns with a default, indexes and tables. */
async function upgrade(): Promise<void> {
	await inSql((sql) => {
		for (const table of ["deletions", "claims", "aliases", "freezes", "offers", "outcomes", "flags"]) {
			sql.exec(`ALTER TABLE ${table} ADD COLUMN of_the_next_release TEXT`);
			sql.exec(`ALTER TABLE ${table} ADD COLUMN counted_by_it INTEGER NOT NULL DEFAULT 7`);
			sql.exec(`CREATE INDEX next_${table} ON ${table} (counted_by_it)`);
		}
		sql.exec("CREATE TABLE sweeps (prefix TEXT PRIMARY KEY, seen_at INTEGER) WITHOUT ROWID");
		sql.exec("UPDATE flags SET value = ? WHERE name = 'schema'", String(nextVersion));
	});
	await abortAllDurableObjects();
}

beforeEach(startClock);
afterEach(endClock);

describe("a ledger whose schema is newer", () => {
	it("is left as it is, and its number is shown", async () => {
		await call("/status");
		await upgrade();
		const before = await schema();
		expect((await call("/status")).json).toMatchObject({ ok: true, schema: nextVersion });
		await abortAllDurableObjects();
		expect((await call("/health", { token: null })).status).toBe(200);
		expect(await schema()).toEqual(before);
		expect(before.version).toBe(String(nextVersion));
	});

	it("finishes what was begun in it before", async () => {
		const scheduled = (await remove(cidr, `?not_before=${inMs(hourMs)}`)).json;
		const pending = (await remove(shop24, "?acknowledge=leaves_no_service")).json;
		expect([scheduled.state, pending.state]).toEqual(["scheduled", "pending_approval"]);
		await upgrade();
		const approved = await decide(pending.id, "approve");
		expect([approved.status, approved.json.state]).toEqual([200, "deleted"]);
		await wakeAfter(hourMs);
		await expect.poll(async () => (await record(scheduled.id)).state).toBe("deleted");
		expect(await deletes()).toHaveLength(2);
	});

	it("deletes once a key, publishes, restores, cancels and freezes", async () => {
		await call("/status");
		await upgrade();
		const headers = { "idempotency-key": "k" };
		const ask = () => call(`/bindings/${cidr}`, { method: "DELETE", token: asker.token, headers });
		const { json } = await ask();
		expect(json.state).toBe("deleted");
		expect((await ask()).json.id).toBe(json.id);
		await expect.poll(() => HISTORY.get(`deletion:${json.id}`)).not.toBeNull();
		const restored = await restore(json.id);
		expect([restored.status, restored.json.restoration.state]).toEqual([200, "restored"]);
		const { id } = (await remove(spectrum, `?not_before=${inMs(hourMs)}`)).json;
		expect((await cancel(id)).json.state).toBe("cancelled");
		expect((await freeze()).status).toBe(200);
		expect((await remove(spectrum)).status).toBe(423);
		expect((await lift()).status).toBe(200);
		await runDurableObjectAlarm(ledger());
		expect((await call("/deletions")).json.deletions).toHaveLength(3);
		expect(await deletes()).toHaveLength(1);
		expect((await call("/status")).json).toMatchObject({ ok: true, schema: nextVersion });
	});

	it("gives what it writes the next release's defaults", async () => {
		await call("/status");
		await upgrade();
		const id = await deleted();
		const row = await inSql((sql) =>
			sql.exec("SELECT of_the_next_release, counted_by_it FROM deletions WHERE id = ?", id).one(),
		);
		expect(row).toEqual({ of_the_next_release: null, counted_by_it: 7 });
	});
});
