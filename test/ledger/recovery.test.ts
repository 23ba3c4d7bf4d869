// A Ledger over a history it does not know: a new Ledger, or one that was set back to an earlier time.

import { abortAllDurableObjects, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { readLimitMs } from "../../src/adapters/history/limits.ts";
import { publish } from "../../src/adapters/history/publish.ts";
import type { Ledger } from "../../src/index.ts";
import { historyWaitMs } from "../../src/ledger/limits.ts";
import { schemaVersion } from "../../src/ledger/migrations.ts";
import { accountId, cdn25, prefixes, withShortTimers } from "../doors/account.ts";
import { pastDeletion } from "../doors/seed.ts";
import { call, deletes, HISTORY, ledger } from "../harness.ts";
import { dayMs, endClock, hourMs, inMs, minuteMs, pass, startClock, wakeAfter } from "../lifecycle/clock.ts";
import { asker, freeze, lift, remove, restore } from "../lifecycle/people.ts";

beforeEach(startClock);
afterEach(endClock);

const keys = async (prefix: string) => (await HISTORY.list({ prefix })).keys.map(({ name }) => name);
const published = (...ids: string[]) =>
	vi.waitFor(async () => {
		for (const id of ids) expect(await keys(`deletion:${id}`)).toHaveLength(1);
	});
const inLedger = <Value>(act: (storage: DurableObjectStorage) => Value) =>
	runInDurableObject<Ledger, Value>(ledger(), (_, { storage }) => act(storage));

/** Runs the alarm and gives its work, mirrors included, time to finish. */
async function wake(ms = 0): Promise<void> {
	pass(ms);
	await runDurableObjectAlarm(ledger());
	await new Promise((resolve) => setTimeout(resolve, 50));
}

const tables = ["deletions", "claims", "freezes", "flags", "aliases", "outcomes"];
const snapshot = () =>
	inLedger(({ sql }) => tables.map((table) => ({ table, rows: sql.exec(`SELECT * FROM ${table}`).toArray() })));

/** Sets the object back to that state, as point-in-time recovery does. */
async function setBack(to: Awaited<ReturnType<typeof snapshot>>): Promise<void> {
	await inLedger(({ sql }) => {
		for (const { table, rows } of to) {
			sql.exec(`DELETE FROM ${table}`);
			for (const row of rows) {
				const columns = Object.keys(row);
				const places = columns.map(() => "?").join(", ");
				sql.exec(`INSERT INTO ${table} (${columns.join(", ")}) VALUES (${places})`, ...Object.values(row));
			}
		}
	});
	await abortAllDurableObjects();
}

/** Empties the object. */
async function lose(): Promise<void> {
	await inLedger(({ sql }) => {
		for (const table of tables) sql.exec(`DELETE FROM ${table}`);
		sql.exec("INSERT INTO flags (name, value) VALUES ('schema', ?)", String(schemaVersion));
	});
	await abortAllDurableObjects();
}

describe("a new Ledger", () => {
	it("is not frozen if KV is empty, and lists KV once per start", async () => {
		const list = vi.spyOn(HISTORY, "list");
		expect((await remove("203.0.113.128/25")).status).toBe(200);
		await abortAllDurableObjects();
		expect((await remove("203.0.113.0/26")).status).toBe(200);
		expect(list).toHaveBeenCalledTimes(2);
	});

	it("is frozen if there is a history, and says why", async () => {
		await publish(HISTORY, pastDeletion(1), 0, Date.now());
		const reason = expect.stringContaining("Ledger is new");
		expect((await remove("203.0.113.128/25")).json).toMatchObject({ code: "frozen" });
		expect(await deletes()).toEqual([]);
		expect((await call("/freeze")).json).toMatchObject({ frozen: true, reason, by: { name: "unbind" } });
		expect((await lift()).status).toBe(200);
		expect((await remove("203.0.113.128/25")).status).toBe(200);
	});

	it("imports the last week, including which deletions were carried out", async () => {
		const { json: deleted } = await remove("203.0.113.128/25");
		const { json: missing } = await remove("192.0.2.0/24");
		await wake(60_000);
		await published(deleted.id, missing.deletion_id);
		await lose();
		pass(hourMs);
		await lift();
		const known = await inLedger(({ sql }) =>
			sql.exec("SELECT id, begun_at IS NOT NULL AS begun FROM deletions ORDER BY begun DESC").toArray(),
		);
		expect(known).toEqual([
			{ id: deleted.id, begun: 1 },
			{ id: missing.deletion_id, begun: 0 },
		]);
		expect((await restore(deleted.id)).json.state).toBe("restored");
	});

	it("cancels waiting deletions on record and carries none out", async () => {
		const { json } = await remove("203.0.113.128/25", `?not_before=${inMs(hourMs)}`);
		await wake(1000);
		await lose();
		expect((await call("/freeze")).json.frozen).toBe(true);
		expect((await call(`/deletions/${json.id}`)).json).toMatchObject({
			state: "cancelled",
			failure: { detail: expect.stringContaining("Ledger was lost") },
		});
		await lift();
		await wake(2 * hourMs);
		expect(await deletes()).toEqual([]);
		expect(await keys("open:")).toEqual([]);
	});

	it.each([
		["fails", () => Promise.reject(new Error("KV GET failed: 500"))],
		["hangs", () => new Promise<never>(() => {})],
	])("is frozen while KV %s, cannot be unfrozen, and recovers once KV can be read", async (_, broken) => {
		withShortTimers(readLimitMs, historyWaitMs);
		const list = vi.spyOn(HISTORY, "list").mockImplementation(broken);
		expect((await remove("203.0.113.128/25")).json).toMatchObject({ code: "frozen" });
		expect(await lift()).toMatchObject({ status: 409, json: { detail: expect.stringContaining("still reading") } });
		list.mockRestore();
		expect((await call("/freeze")).json.frozen).toBe(false);
	});

	it("sends nothing for a mirror, whatever the mirror says of verdicts that are still good", async () => {
		const { id, ...rest } = pastDeletion(1);
		const deletion = {
			...rest,
			id,
			state: "unknown",
			settled_at: null,
			target: "203.0.113.128/25",
			binding: {
				account_id: accountId,
				prefix_id: prefixes.amsterdam,
				id: cdn25,
				cidr: "203.0.113.128/25",
				service_id: "5e4f1c0a9b7d4e2f8a6b3c1d0e9f7a52",
				service_name: "CDN",
				provisioning: { state: "active" },
			},
		};
		const progress = { phase: "doubtful", judgedAtMs: Date.now() + dayMs, callsSent: 0, lastSentAtMs: 0, looks: 0 };
		const terms = { acknowledge: [], approved: [], ifMatch: null, ranges: null };
		await HISTORY.put(`open:${id}`, JSON.stringify({ deletion, terms, progress }));
		expect((await call("/freeze")).json.frozen).toBe(true);
		await lift();
		await wakeAfter(5 * minuteMs);
		expect((await call(`/deletions/${id}`)).json.state).toBe("failed");
		expect(await deletes()).toEqual([]);
	});

	it("stays frozen until it has read the whole week, however often that is interrupted", async () => {
		const { json } = await remove("203.0.113.128/25");
		await published(json.id);
		await lose();
		const get = vi.spyOn(HISTORY, "get").mockRejectedValue(new Error("KV GET failed: 500"));
		expect((await lift()).status).toBe(409);
		await abortAllDurableObjects();
		expect((await lift()).status).toBe(409);
		get.mockRestore();
		expect((await lift()).status).toBe(200);
		expect((await call(`/deletions/${json.id}`)).json.state).toBe("deleted");
	});
});

describe("a Ledger that was set back to an earlier time", () => {
	it("cancels waiting deletions, freezes, and imports what happened since", async () => {
		const { json: scheduled } = await remove("203.0.113.128/25", `?not_before=${inMs(hourMs)}`);
		const before = await snapshot();
		const { json: deleted } = await remove("203.0.113.0/26");
		await published(deleted.id);
		await setBack(before);
		await wake(hourMs);
		expect(await deletes()).toHaveLength(1);
		expect((await call(`/deletions/${scheduled.id}`)).json).toMatchObject({
			state: "cancelled",
			failure: { detail: expect.stringContaining("set back") },
		});
		expect((await call("/freeze")).json).toMatchObject({ frozen: true, reason: expect.stringContaining("set back") });
		const known = await inLedger(({ sql }) => sql.exec("SELECT 1 FROM deletions WHERE id = ?", deleted.id).toArray());
		expect(known).toHaveLength(1);
	});

	it("deletes nothing on request either, and says so, before it has been compared with KV", async () => {
		await call("/freeze");
		const before = await snapshot();
		const { json: deleted } = await remove("203.0.113.0/26");
		await published(deleted.id);
		await setBack(before);
		const { status, json } = await remove("203.0.113.128/25");
		expect([status, json.code]).toEqual([423, "frozen"]);
		expect((await call("/freeze")).json).toMatchObject({ frozen: true, reason: expect.stringContaining("set back") });
		expect(await deletes()).toHaveLength(1);
	});

	it("deletes on request while KV can't be read, as any Ledger does", async () => {
		await remove("203.0.113.0/26");
		await abortAllDurableObjects();
		vi.spyOn(HISTORY, "list").mockImplementation(() => new Promise<never>(() => {}));
		expect((await remove("203.0.113.128/25")).status).toBe(200);
	});

	it("answers the keys of what happened since", async () => {
		await remove("203.0.113.128/25", `?not_before=${inMs(hourMs)}`);
		const before = await snapshot();
		const headers = { "idempotency-key": "k" };
		const ask = () => call("/bindings/203.0.113.0/26", { method: "DELETE", token: asker.token, headers });
		const { json } = await ask();
		await published(json.id);
		await setBack(before);
		await wake(hourMs);
		await lift();
		const again = await ask();
		expect([again.json.id, again.headers.get("idempotency-replayed")]).toEqual([json.id, "true"]);
		expect(await deletes()).toHaveLength(1);
	});

	it("does not repeat a deletion that was carried out since", async () => {
		const { json } = await remove("203.0.113.128/25", `?not_before=${inMs(hourMs)}`);
		const before = await snapshot();
		await wake(hourMs);
		await published(json.id);
		await setBack(before);
		await wake(hourMs);
		expect(await deletes()).toHaveLength(1);
		expect((await call(`/deletions/${json.id}`)).json.state).toBe("deleted");
	});

	it("is frozen if it was frozen after that time", async () => {
		const { json } = await remove("203.0.113.128/25", `?not_before=${inMs(hourMs)}`);
		const before = await snapshot();
		pass(60_000);
		await freeze();
		await wake(1000);
		await setBack(before);
		await wake(hourMs);
		expect(await deletes()).toEqual([]);
		expect((await call(`/deletions/${json.id}`)).json.state).toBe("cancelled");
		expect((await call("/freeze")).json.frozen).toBe(true);
	});

	it("is not confused with one that only restarted, even after a freeze was lifted", async () => {
		await remove("203.0.113.0/26");
		await remove("203.0.113.128/25", `?not_before=${inMs(hourMs)}`);
		await freeze();
		await wake(1000);
		vi.spyOn(HISTORY, "delete").mockRejectedValue(new Error("KV DELETE failed: 500"));
		await lift();
		await abortAllDurableObjects();
		await wake(hourMs);
		expect(await deletes()).toHaveLength(2);
	});

	it("keeps scheduled deletions waiting while KV cannot be read", async () => {
		await remove("203.0.113.128/25", `?not_before=${inMs(hourMs)}`);
		await abortAllDurableObjects();
		const list = vi.spyOn(HISTORY, "list").mockRejectedValue(new Error("KV GET failed: 500"));
		await wake(hourMs);
		expect(await deletes()).toEqual([]);
		list.mockRestore();
		await wake(60_000);
		expect(await deletes()).toHaveLength(1);
	});
});
