// What `/status` shows, and how `/health` agrees with it.
import { abortAllDurableObjects, runInDurableObject } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { schemaVersion } from "../../src/ledger/migrations.ts";
import { approver, documentedCaller, withoutPauses } from "../doors/account.ts";
import { call, cloudflare, deletes, HISTORY, ledger } from "../harness.ts";
import { dayMs, endClock, hourMs, inMs, minuteMs, noon, pass, startClock, wakeAfter } from "../lifecycle/clock.ts";
import { cidr, deleted, record, remove } from "../lifecycle/people.ts";

beforeEach(startClock);
afterEach(endClock);

const status = async () => (await call("/status")).json;
const health = async () => (await call("/health", { token: null })).status;
const inSql = (act: (sql: SqlStorage) => unknown) =>
	runInDurableObject(ledger(), (_, { storage }) => void act(storage.sql));
const at = (ms: number) => new Date(ms).toISOString();
const codes = async (): Promise<string[]> => (await status()).problems.map(({ code }: { code: string }) => code);

describe("GET /status", () => {
	it("shows a quiet ledger without calling Cloudflare", async () => {
		expect(await status()).toEqual({
			ok: true,
			problems: [],
			release: "0.2.0",
			schema: schemaVersion,
			database: { bytes: expect.any(Number), rows: 0, unreadable: 0, writable: true },
			alarm: { last_succeeded_at: null, next_at: at(noon + dayMs) },
			overdue: { count: 0, since: null },
			unpublished: { count: 0, since: null },
			unknown: { count: 0, oldest: null },
			calls_left: null,
			watch: {
				every_seconds: 0,
				interval_seconds: 120,
				prefixes: 0,
				bindings: 0,
				missed: 0,
				mass_deletions: { count: 0, newest: null },
				looking: false,
				looked_since: null,
				audit_log: "not_asked",
				bgp_prefixes: "not_asked",
				missing_permissions: [],
				settling: { count: 0, median_seconds: null, slowest_seconds: null },
			},
			notifications: { waiting: 0, undelivered: 0, destinations: [] },
			credential: { rejected: false, checked_at: null },
			configuration: [],
			warnings: [],
		});
		expect(await cloudflare.calls()).toEqual([]);
		expect(await health()).toBe(200);
	});

	it("needs the read scope and takes no parameters", async () => {
		expect((await call("/status", { token: null })).status).toBe(401);
		for (const { token } of [approver, documentedCaller]) expect((await call("/status", { token })).status).toBe(200);
		expect((await call("/status?verbose=1")).status).toBe(400);
	});

	it("shows the last alarm and the calls left", async () => {
		const list = { success: true, errors: [], messages: [], result: [] };
		const headers = { ratelimit: '"default";r=900;t=60' };
		await cloudflare.order({ method: "GET", fault: { kind: "respond", body: list, headers } });
		await call("/bindings");
		expect((await status()).calls_left).toBe(900);
		await remove(cidr, `?not_before=${inMs(hourMs)}`);
		await wakeAfter(hourMs);
		expect((await status()).alarm.last_succeeded_at).toBe(at(noon + hourMs));
		await abortAllDurableObjects();
		expect((await status()).alarm.last_succeeded_at).toBe(at(noon + hourMs));
	});

	it("shows an unknown outcome", async () => {
		await cloudflare.order({ method: "DELETE", fault: { kind: "hang_before" } });
		const answer = call(`/bindings/${cidr}`, { method: "DELETE", headers: { prefer: "wait=0" } });
		await expect.poll(deletes).toHaveLength(1);
		const { id } = (await answer).json;
		await cloudflare.order({ method: "GET", times: 50, fault: { kind: "html" } });
		await cloudflare.drop();
		// A poll that has to try again moves the clock.
		const since = (await record(id)).timeline.find(({ event }) => event === "sent")?.at;
		await expect.poll(async () => (await status()).unknown).toEqual({ count: 1, oldest: { id, since } });
	});

	it("counts unreadable records and still answers", async () => {
		const id = await deleted();
		await expect.poll(() => HISTORY.get(`deletion:${id}`)).not.toBeNull();
		await inSql((sql) => sql.exec("UPDATE deletions SET record = '{' WHERE id = ?", id));
		expect((await status()).database).toMatchObject({ rows: 1, unreadable: 1 });
	});

	it("counts all rows at most once a minute, however often it is asked for", async () => {
		expect((await status()).database.rows).toBe(0);
		await deleted();
		expect((await status()).database.rows).toBe(0);
		pass(minuteMs);
		expect((await status()).database.rows).toBe(1);
	});

	it("shows the schema version", async () => {
		await inSql((sql) => sql.exec("UPDATE flags SET value = '7' WHERE name = 'schema'"));
		expect((await status()).schema).toBe(7);
	});
});

describe("/health and /status agree", () => {
	it("while KV refuses writes for more than ten minutes", async () => {
		vi.spyOn(HISTORY, "put").mockRejectedValue(new Error("KV PUT failed: 500 Internal Server Error"));
		await deleted();
		for (let minute = 0; minute < 10; minute++) await wakeAfter(minuteMs);
		expect([await health(), await codes()]).toEqual([200, []]);
		pass(1);
		expect(await health()).toBe(503);
		expect(await codes()).toContain("publishing_behind");
		expect((await status()).unpublished).toEqual({ count: 1, since: at(noon) });
		vi.restoreAllMocks();
		await wakeAfter(0);
		await wakeAfter(minuteMs);
		await expect.poll(health).toBe(200);
	});

	it("when due work is not done", async () => {
		await remove(cidr, `?not_before=${inMs(hourMs)}`);
		pass(hourMs + 3 * minuteMs);
		expect([await health(), await codes()]).toEqual([200, []]);
		pass(1);
		expect([await health(), await codes()]).toEqual([503, ["work_overdue"]]);
		expect((await status()).overdue).toEqual({ count: 1, since: at(noon + hourMs) });
		await wakeAfter(0);
		await expect.poll(health).toBe(200);
	});

	it("when the ledger's storage cannot be written, with a minute's cache", async () => {
		expect(await health()).toBe(200);
		await inSql((sql) => sql.exec("CREATE TRIGGER full BEFORE INSERT ON flags BEGIN SELECT RAISE(ABORT, 'full'); END"));
		expect(await health()).toBe(200);
		pass(minuteMs);
		expect([await health(), await codes()]).toEqual([503, ["storage_not_writable"]]);
		await inSql((sql) => sql.exec("DROP TRIGGER full"));
		pass(minuteMs);
		expect([await health(), await codes()]).toEqual([200, []]);
	});

	it("when the rate limit is used up", async () => {
		const list = { success: true, errors: [], messages: [], result: [] };
		const headers = { ratelimit: '"default";r=0;t=60' };
		await cloudflare.order({ method: "GET", fault: { kind: "respond", body: list, headers } });
		await call("/bindings");
		expect([await health(), await codes()]).toEqual([503, ["rate_limit_used_up"]]);
		pass(minuteMs);
		expect([await health(), await codes()]).toEqual([200, []]);
	});
});

// Polling moves the clock by some milliseconds.
describe("the credential", () => {
	it("is checked once a day, so that a rejection turns health red before anyone needs it", async () => {
		await status();
		await wakeAfter(dayMs - 1);
		expect(await cloudflare.calls()).toEqual([]);
		await wakeAfter(1);
		await expect
			.poll(async () => (await status()).credential)
			.toEqual({ rejected: false, checked_at: expect.stringContaining("2030-01-02T12:00") });
		expect(await cloudflare.calls()).toEqual(["GET prefixes"]);
		expect((await status()).alarm.next_at).toContain("2030-01-03T12:00");

		await cloudflare.order({ method: "GET", times: 9, fault: { kind: "reject", status: 403 } });
		await wakeAfter(dayMs);
		await expect.poll(health).toBe(503);
		expect(await status()).toMatchObject({
			problems: [{ code: "credential_rejected" }],
			credential: { rejected: true, checked_at: expect.stringContaining("2030-01-03T12:00") },
		});
		expect(await cloudflare.calls()).toHaveLength(2);
	});

	it("is checked after the work that is due, which does not wait for it", async () => {
		const { id } = (await remove(cidr, `?not_before=${inMs(dayMs)}`)).json;
		await cloudflare.forgetLog();
		await wakeAfter(dayMs);
		expect((await record(id)).state).toBe("deleted");
		await expect.poll(async () => (await cloudflare.calls()).at(-1)).toBe("GET prefixes");
		const calls = await cloudflare.calls();
		expect(calls.findIndex((one) => one.startsWith("DELETE"))).toBe(calls.length - 2);
	});

	it("keeps its state if Cloudflare gives no clear answer", async () => {
		withoutPauses();
		await status();
		await cloudflare.order({ method: "GET", times: 3, fault: { kind: "html" } });
		await wakeAfter(dayMs);
		await expect.poll(async () => (await cloudflare.calls()).length).toBe(3);
		expect(await status()).toMatchObject({ ok: true, credential: { rejected: false, checked_at: null } });
		expect((await status()).alarm.next_at).toContain("2030-01-03T12:00");
	});
});
