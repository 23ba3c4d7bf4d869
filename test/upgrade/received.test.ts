// A received record in the tables that version 0.1.0 works on after a rollback: its alarm knows no such state, and must not
// be woken for one.
import { runInDurableObject } from "cloudflare:test";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { Ledger } from "../../src/index.ts";
import { call, cloudflare, ledger } from "../harness.ts";
import { endClock, startClock } from "../lifecycle/clock.ts";
import { asker, cidr, record } from "../lifecycle/people.ts";

beforeEach(startClock);
afterEach(endClock);

/** As version 0.1.0 asks for its work. */
const dueInVersion1 = "SELECT id FROM deletions WHERE settle_at <= ? ORDER BY settle_at LIMIT 20";
const inSql = <Value>(act: (sql: SqlStorage) => Value) =>
	runInDurableObject<Ledger, Value>(ledger(), (_, { storage: { sql } }) => act(sql));

it("a received record is left alone by release 0.1.0 until it is judged", async () => {
	await cloudflare.order({ method: "GET", fault: { kind: "hang_before" } });
	const headers = { prefer: "wait=0" };
	const { id } = (await call(`/bindings/${cidr}`, { method: "DELETE", token: asker.token, headers })).json;
	expect((await record(id)).state).toBe("received");
	const due = () => inSql((sql) => sql.exec(dueInVersion1, Number.MAX_SAFE_INTEGER).toArray());
	expect(await due()).toEqual([]);
	expect(await inSql((sql) => sql.exec("SELECT due_at FROM deletions WHERE id = ?", id).one().due_at)).not.toBeNull();

	await cloudflare.order({ method: "DELETE", fault: { kind: "hang_before" } });
	await cloudflare.release();
	await expect.poll(due).toEqual([{ id }]);
});
