// If KV is slower than deletions arrive, records wait in the Ledger's tables and only a few KV calls are under way.
import { reset, runInDurableObject } from "cloudflare:test";
import { afterEach, expect, it } from "vitest";
import { ok } from "../../src/deletion/result.ts";
import type { Ledger } from "../../src/index.ts";
import { changes } from "../../src/ledger/changes.ts";
import { createJournal } from "../../src/ledger/journal.ts";
import { createOutbox, type OutboxOptions } from "../../src/ledger/outbox.ts";
import { deletionAt, nowMs } from "../adapters/history/rows.ts";
import { ledger } from "../harness.ts";

afterEach(() => reset());

it("publishes six records at a time, each once, until all are done", async () => {
	await runInDurableObject<Ledger, void>(ledger(), async (_, { storage: { sql } }) => {
		const now = () => nowMs;
		const journal = createJournal(sql, { now, onDue() {}, onSettled() {} });
		const deletions = Array.from({ length: 20 }, (_, index) => deletionAt(nowMs - index * 60_000));
		for (const deletion of deletions) journal.storeSettled(deletion);

		const open: (() => void)[] = [];
		const published: string[] = [];
		const outbox = createOutbox(sql, {
			now,
			sleep: async () => {},
			async publish({ id }) {
				published.push(id);
				await new Promise<void>((resolve) => open.push(resolve));
				return ok(null);
			},
			publishAlias: async () => ok(null),
			onDue() {},
		});
		const ids = deletions.map(({ id }) => id);
		const sent = Promise.all([...ids, ...ids].map((id) => outbox.send(id)));
		await expect.poll(() => published.length).toBe(6);
		for (let done = 0; done < ids.length; done++) {
			expect(published.length).toBe(Math.min(done + 6, ids.length));
			open[done]?.();
			await expect.poll(() => published.length).toBe(Math.min(done + 7, ids.length));
		}
		expect(new Set(await sent)).toEqual(new Set(["published"]));
		expect(published.toSorted()).toEqual(ids.toSorted());
	});
});

it("publishes records that settle close together after a single timer", async () => {
	await runInDurableObject<Ledger, void>(ledger(), async (_, { storage: { sql } }) => {
		const now = () => nowMs;
		const journal = createJournal(sql, { now, onDue() {}, onSettled() {} });
		const ids = Array.from({ length: 20 }, (_, index) => deletionAt(nowMs - index * 60_000)).map((deletion) => {
			journal.storeSettled(deletion);
			return deletion.id;
		});
		const timers: (() => void)[] = [];
		const published: string[] = [];
		const outbox = createOutbox(sql, {
			now,
			sleep: () => new Promise((resolve) => timers.push(resolve)),
			async publish({ id }) {
				published.push(id);
				return ok(null);
			},
			publishAlias: async () => ok(null),
			onDue() {},
		});
		for (const id of ids.slice(1)) outbox.sendSoon(id);
		expect([timers.length, published]).toEqual([1, []]);
		timers[0]?.();
		await expect.poll(() => published.length).toBe(19);
		outbox.sendSoon(ids[0] ?? "");
		expect(timers).toHaveLength(2);
		timers[1]?.();
		await expect.poll(() => published.toSorted()).toEqual(ids.toSorted());
	});
});

type Written = Awaited<ReturnType<OutboxOptions["publish"]>>;
const refused: Written = { ok: false, failure: { detail: "no", timedOut: false, mayLand: false } };
const timedOut: Written = { ok: false, failure: { detail: "too slow", timedOut: true, mayLand: true } };

/** An outbox over some settled records. `clock.ms` is its time; `kv` decides how KV answers each write. */
async function withOutbox(
	count: number,
	test: (given: {
		sql: SqlStorage;
		outbox: ReturnType<typeof createOutbox>;
		ids: string[];
		clock: { ms: number };
		kv: { answer: (id: string) => Promise<Written>; puts: string[]; mostAtOnce: number };
	}) => Promise<void>,
) {
	await runInDurableObject<Ledger, void>(ledger(), async (_, { storage: { sql } }) => {
		const clock = { ms: nowMs };
		const now = () => clock.ms;
		const journal = createJournal(sql, { now, onDue() {}, onSettled() {} });
		const ids = Array.from({ length: count }, (_, index) => {
			const deletion = deletionAt(nowMs - index * 1000);
			journal.storeSettled(deletion);
			return deletion.id;
		});
		let atOnce = 0;
		const kv = { answer: async (_id: string): Promise<Written> => ok(null), puts: [] as string[], mostAtOnce: 0 };
		const write = async (id: string) => {
			kv.puts.push(id);
			kv.mostAtOnce = Math.max(kv.mostAtOnce, ++atOnce);
			const answer = await kv.answer(id);
			atOnce--;
			return answer;
		};
		const outbox = createOutbox(sql, {
			now,
			sleep: async () => {},
			publish: ({ id }) => write(id),
			publishAlias: ({ id }) => write(id),
			onDue() {},
		});
		clock.ms += 60_000;
		await test({ sql, outbox, ids, clock, kv });
	});
}

const unpublished = (sql: SqlStorage) =>
	sql.exec<{ count: number }>("SELECT count(*) AS count FROM deletions WHERE publish_at IS NOT NULL").one().count;

it("makes few calls while KV hangs for an hour, and publishes 2,000 records within a minute of its return", async () => {
	await withOutbox(2000, async ({ sql, outbox, ids, clock, kv }) => {
		kv.answer = async () => timedOut;
		for (const end = clock.ms + 3_600_000; clock.ms < end; ) {
			await outbox.sendDue();
			// Each of these calls took the whole time limit.
			clock.ms = Math.max(outbox.nextDueMs() ?? end, clock.ms) + 10_000;
		}
		expect(kv.puts.length).toBeLessThan(250);
		expect(kv.mostAtOnce).toBe(6);
		outbox.sendSoon(ids[0] ?? "");
		expect(unpublished(sql)).toBe(2000);
		kv.answer = async () => ok(null);
		const returnedMs = clock.ms;
		while (unpublished(sql) > 0 && clock.ms < returnedMs + 60_000) {
			await outbox.sendDue();
			clock.ms = Math.max(outbox.nextDueMs() ?? 0, clock.ms + 1000);
		}
		expect(unpublished(sql)).toBe(0);
	});
});

it("publishes a record again ten minutes after a put timed out, and lists it until then", async () => {
	await withOutbox(1, async ({ sql, outbox, ids, clock, kv }) => {
		kv.answer = async () => timedOut;
		await outbox.sendDue();
		kv.answer = async () => ok(null);
		clock.ms = outbox.nextDueMs() ?? 0;
		await outbox.sendDue();
		expect([unpublished(sql), kv.puts.length]).toEqual([0, 2]);
		const listed = () =>
			changes(sql, "-", { afterId: "", bindingId: null, prefixId: null, unless: null }, clock.ms).recent?.length;
		const againMs = outbox.nextDueMs() ?? 0;
		expect(againMs - nowMs - 60_000).toBe(600_000);
		clock.ms = againMs - 1;
		expect(listed()).toBe(1);
		clock.ms = againMs;
		await outbox.sendDue();
		expect([unpublished(sql), kv.puts.length, outbox.nextDueMs()]).toEqual([0, 3, null]);
		const [row] = sql.exec<{ record: string }>("SELECT record FROM deletions WHERE id = ?", ids[0]).toArray();
		expect(row?.record.match(/"published"/g)).toHaveLength(1);
	});
});

it("publishes a record again ten minutes after an unclear put, but not after a refused one", async () => {
	for (const [mayLand, puts] of [
		[true, 3],
		[false, 2],
	] as const)
		await withOutbox(1, async ({ outbox, clock, kv }) => {
			kv.answer = async () => ({ ok: false, failure: { detail: "500", timedOut: false, mayLand } });
			await outbox.sendDue();
			kv.answer = async () => ok(null);
			for (let due: number | null = clock.ms; due !== null; due = outbox.nextDueMs()) {
				clock.ms = Math.max(due, clock.ms);
				await outbox.sendDue();
			}
			expect(kv.puts).toHaveLength(puts);
		});
});

it("does not hold up other records for one that KV keeps refusing", async () => {
	await withOutbox(100, async ({ sql, outbox, ids, clock, kv }) => {
		kv.answer = async (id) => (id === ids[3] ? refused : ok(null));
		await outbox.sendDue();
		expect(unpublished(sql)).toBe(1);
		expect(outbox.nextDueMs()).toBeGreaterThan(clock.ms);
	});
});

it("publishes the other ids that callers were given, and tries again if KV refuses", async () => {
	await withOutbox(0, async ({ sql, outbox, clock, kv }) => {
		const insert = "INSERT INTO aliases (id, deletion_id, made_at, publish_at) VALUES (?, 'record', 0, ?)";
		sql.exec(insert, "told", clock.ms);
		sql.exec(insert, "never told", null);
		kv.answer = async () => refused;
		await outbox.sendDue();
		clock.ms = outbox.nextDueMs() ?? 0;
		kv.answer = async () => ok(null);
		await outbox.sendDue();
		expect([kv.puts, outbox.nextDueMs()]).toEqual([["told", "told"], null]);
	});
});

it("publishes a record that was in flight when the object died, and again ten minutes later", async () => {
	await withOutbox(1, async ({ sql, outbox, clock, kv }) => {
		// An earlier put that timed out is due again before this one's ten minutes are over.
		sql.exec("UPDATE deletions SET republish_at = ?", nowMs + 300_000);
		outbox.afterStart();
		await outbox.sendDue();
		expect([unpublished(sql), kv.puts.length]).toEqual([0, 1]);
		clock.ms = outbox.nextDueMs() ?? 0;
		expect(clock.ms).toBeGreaterThanOrEqual(nowMs + 600_000);
		await outbox.sendDue();
		expect([kv.puts.length, outbox.nextDueMs()]).toEqual([2, null]);
	});
});
