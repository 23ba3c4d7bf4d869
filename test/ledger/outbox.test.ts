// Where KV is slower than deletions come, the records wait in the Ledger's tables, and few calls to KV are under way.
import { reset, runInDurableObject } from "cloudflare:test";
import { afterEach, expect, it } from "vitest";
import { ok } from "../../src/deletion/result.ts";
import type { Ledger } from "../../src/index.ts";
import { createJournal } from "../../src/ledger/journal.ts";
import { createOutbox } from "../../src/ledger/outbox.ts";
import { deletionAt, nowMs } from "../adapters/history/rows.ts";
import { ledger } from "../harness.ts";

afterEach(() => reset());

it("six are published at a time, each once, and all in the end", async () => {
	await runInDurableObject<Ledger, void>(ledger(), async (_, { storage: { sql } }) => {
		const now = () => nowMs;
		const journal = createJournal(sql, { now, onDue() {}, onSettled() {} });
		const deletions = Array.from({ length: 20 }, (_, index) => deletionAt(nowMs - index * 60_000));
		for (const deletion of deletions) journal.keepSettled(deletion);

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
			onFailure() {},
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

it("what settles within a moment waits for one timer, and is published after it", async () => {
	await runInDurableObject<Ledger, void>(ledger(), async (_, { storage: { sql } }) => {
		const now = () => nowMs;
		const journal = createJournal(sql, { now, onDue() {}, onSettled() {} });
		const ids = Array.from({ length: 20 }, (_, index) => deletionAt(nowMs - index * 60_000)).map((deletion) => {
			journal.keepSettled(deletion);
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
			onFailure() {},
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
