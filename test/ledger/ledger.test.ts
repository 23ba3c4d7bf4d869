// The object itself: what it has, and when it makes its services.
import { runInDurableObject } from "cloudflare:test";
import { afterEach, beforeEach, expect, it } from "vitest";
import { accountId } from "../../sandbox/imitation/account.ts";
import { createLedgerClient } from "../../src/doors/ledger-client.ts";
import type { Ledger } from "../../src/index.ts";
import { getFlag } from "../../src/ledger/tables.ts";
import { call, ledger } from "../harness.ts";
import { endClock, startClock } from "../lifecycle/clock.ts";

beforeEach(startClock);
afterEach(endClock);

it("has every method that the doors call", async () => {
	await call("/freeze");
	const methods = await runInDurableObject<Ledger, [string, string][]>(ledger(), (object) =>
		Object.keys(createLedgerClient(() => object, "request")).map((name) => [name, typeof Reflect.get(object, name)]),
	);
	expect(methods.length).toBeGreaterThan(20);
	expect(methods.filter(([, type]) => type !== "function")).toEqual([]);
});

it("makes its services once, when something first needs them", async () => {
	const inLedger = <Value>(look: (sql: SqlStorage) => Value) =>
		runInDurableObject<Ledger, Value>(ledger(), (_, { storage }) => look(storage.sql));
	expect(await inLedger((sql) => getFlag(sql, "account"))).toBeNull();
	await call("/freeze");
	expect(await inLedger((sql) => getFlag(sql, "account"))).toBe(accountId);
	// An outbox that starts publishes once more what was due.
	const insert = `INSERT INTO deletions (id, open, state, change, changed_at, publish_at, record)
		VALUES ('7y', 0, 'deleted', 1, 0, 9e15, '{}')`;
	await inLedger((sql) => void sql.exec(insert));
	await call("/freeze");
	expect(await inLedger((sql) => sql.exec("SELECT republish_at FROM deletions").one())).toEqual({ republish_at: null });
});
