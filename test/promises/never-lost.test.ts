// Promise 4. Never lost: every settled record reaches KV, even when KV refuses writes for hours.
import { abortAllDurableObjects, reset, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Ledger } from "../../src/index.ts";
import { call, cloudflare, HISTORY, ledger } from "../harness.ts";

const refusedByKv = () => Promise.reject(new Error("KV PUT failed: 429 Too Many Requests"));
const alarmAt = () => runInDurableObject<Ledger, number | null>(ledger(), (_, { storage }) => storage.getAlarm());

beforeEach(() => vi.useFakeTimers({ toFake: ["Date"], now: Date.UTC(2030, 0, 2, 12) }));
afterEach(async () => {
	vi.useRealTimers();
	vi.restoreAllMocks();
	await cloudflare.reset();
	await reset();
});

/** Moves time to the next alarm and runs it. @returns how long that was. */
async function nextAlarm(): Promise<number> {
	const dueAt = await alarmAt();
	if (dueAt === null) throw new Error("no alarm is set");
	const pause = dueAt - Date.now();
	vi.setSystemTime(dueAt);
	await runDurableObjectAlarm(ledger());
	// The alarm does not wait for KV.
	await new Promise((resolve) => setTimeout(resolve, 20));
	return pause;
}

describe("never lost", () => {
	it("publishes the record under its keys, with the list row as metadata", async () => {
		const { json } = await call("/bindings/203.0.113.128/25?reason=INC-4211", { method: "DELETE" });
		await vi.waitFor(async () =>
			expect(await HISTORY.get(`deletion:${json.id}`, "json")).toMatchObject({ id: json.id, state: "deleted" }),
		);
		const { keys } = await HISTORY.list();
		expect(keys.map(({ name }) => name)).toEqual([
			`binding:c01d0000000000000000000000000003:${json.id}`,
			`deletion:${json.id}`,
			`prefix:2af39739cc4e3b5910c918468bb89828:${json.id}`,
		]);
		const [row] = (await call("/deletions")).json.deletions;
		for (const { name, metadata } of keys) {
			const version = name.startsWith("deletion:") ? { version: expect.stringMatching(/^[0-9a-f]{8}-\d+$/) } : {};
			expect({ id: json.id, ...(metadata as object) }).toEqual({ ...row, ...version });
		}
	});

	it("retries 50 times while KV refuses, and publishes in the end", async () => {
		const put = vi.spyOn(HISTORY, "put").mockImplementation(refusedByKv);
		const { json } = await call("/bindings/203.0.113.128/25", { method: "DELETE" });
		const pauses: number[] = [];
		for (let failure = 1; failure <= 50; failure++) pauses.push(await nextAlarm());
		expect(put.mock.calls.length).toBeGreaterThanOrEqual(50);
		// No busy loop and no giving up: the pauses grow, and the record is published within a minute of KV taking
		// writes again.
		expect(pauses.at(-1)).toBe(45_000);
		expect(await HISTORY.get(`deletion:${json.id}`)).toBeNull();
		expect((await call(`/deletions/${json.id}`)).json.state).toBe("deleted");

		put.mockRestore();
		await nextAlarm();
		await vi.waitFor(async () =>
			expect(await HISTORY.get(`deletion:${json.id}`, "json")).toMatchObject({ state: "deleted" }),
		);
	});

	it("publishes after the object was reset with the record in its outbox", async () => {
		const put = vi.spyOn(HISTORY, "put").mockImplementation(refusedByKv);
		const { json } = await call("/bindings/203.0.113.128/25", { method: "DELETE" });
		await vi.waitFor(() => expect(put).toHaveBeenCalled());
		await abortAllDurableObjects();
		put.mockRestore();
		await nextAlarm();
		await vi.waitFor(async () => expect(await HISTORY.get(`deletion:${json.id}`)).not.toBeNull());
	});

	it("resumes received deletions after a reset during the look-up, and answers for every id it gave out", async () => {
		await cloudflare.order({ method: "GET", fault: { kind: "hang_before" } });
		const ask = (reason: string) =>
			call(`/bindings/203.0.113.128/25?reason=${reason}`, { method: "DELETE", headers: { prefer: "wait=0" } });
		const both = await Promise.all([ask("INC-1"), ask("INC-2")]);
		const [one, other] = both.map(({ status, json }) => ({ status, state: json.state, id: json.id }));
		expect([one, other]).toMatchObject([
			{ status: 202, state: "received" },
			{ status: 202, state: "received" },
		]);
		expect(one?.id).not.toBe(other?.id);
		await abortAllDurableObjects();
		await cloudflare.release();
		await nextAlarm();
		for (const { id } of [one, other].filter((given) => given !== undefined))
			await vi.waitFor(async () => expect((await call(`/deletions/${id}`)).json.state).toBe("deleted"), 5000);
		await abortAllDurableObjects();
		for (const { id } of [one, other].filter((given) => given !== undefined))
			expect((await call(`/deletions/${id}`)).json.state).toBe("deleted");
	});

	it("carries out scheduled deletions while KV hangs, and publishes everything afterwards", async () => {
		const put = vi.spyOn(HISTORY, "put").mockImplementation(() => new Promise<never>(() => {}));
		const first = await call("/bindings/203.0.113.128/25", { method: "DELETE" });
		const at = new Date(Date.now() + 5000).toISOString();
		const second = await call(`/bindings/203.0.113.0/26?not_before=${at}`, { method: "DELETE" });
		expect(second.json.state).toBe("scheduled");
		const startedAt = performance.now();
		for (let alarm = 0; alarm < 3; alarm++) await nextAlarm();
		// A put is abandoned after ten seconds, and no alarm waits for that.
		expect(performance.now() - startedAt).toBeLessThan(5000);
		expect((await call(`/deletions/${second.json.id}`)).json.state).toBe("deleted");
		put.mockRestore();
		await vi.waitFor(
			async () => {
				await nextAlarm();
				for (const { json } of [first, second])
					expect(await HISTORY.get(`deletion:${json.id}`, "json")).toMatchObject({ state: "deleted" });
			},
			{ timeout: 20_000, interval: 500 },
		);
	});

	it("sets a lost alarm again with the next request", async () => {
		const put = vi.spyOn(HISTORY, "put").mockImplementation(refusedByKv);
		await call("/bindings/203.0.113.128/25", { method: "DELETE" });
		await vi.waitFor(() => expect(put).toHaveBeenCalled());
		await runInDurableObject<Ledger, void>(ledger(), (_, { storage }) => storage.deleteAlarm());
		vi.setSystemTime(Date.now() + 120_000);
		await call("/deletions");
		expect(await alarmAt()).toBe(Date.now());
	});

	it("is not held up by an unreadable record", async () => {
		vi.spyOn(console, "error").mockImplementation(() => {});
		const put = vi.spyOn(HISTORY, "put").mockImplementation(refusedByKv);
		const broken = await call("/bindings/203.0.113.128/25", { method: "DELETE" });
		const sound = await call("/bindings/203.0.113.0/26", { method: "DELETE" });
		const at = new Date(Date.now() + 5000).toISOString();
		const scheduled = await call(`/bindings/198.51.100.0/24?acknowledge=leaves_no_service&not_before=${at}`, {
			method: "DELETE",
		});
		await runInDurableObject<Ledger, void>(ledger(), (_, { storage: { sql } }) => {
			const ruin = "UPDATE deletions SET record = 'x', summary = 'x' WHERE id IN (?, ?)";
			sql.exec(ruin, broken.json.id, scheduled.json.id);
		});
		put.mockRestore();
		for (let alarm = 0; alarm < 4; alarm++) await nextAlarm().catch(() => 0);
		await vi.waitFor(async () => expect(await HISTORY.get(`deletion:${sound.json.id}`)).not.toBeNull());
		const { json } = await call("/deletions");
		expect(json).toMatchObject({ deletions: [{ id: sound.json.id }], stale: false });
	});

	it("does not take a half-written record for a complete one", async () => {
		const put = HISTORY.put.bind(HISTORY);
		const spy = vi
			.spyOn(HISTORY, "put")
			.mockImplementation((key, ...rest) =>
				key.startsWith("prefix:") ? refusedByKv() : Reflect.apply(put, HISTORY, [key, ...rest]),
			);
		const { json } = await call("/bindings/203.0.113.128/25", { method: "DELETE" });
		await nextAlarm();
		spy.mockRestore();
		await nextAlarm();
		await nextAlarm().catch(() => 0);
		expect((await HISTORY.list({ prefix: "prefix:" })).keys.map(({ name }) => name)).toEqual([
			`prefix:2af39739cc4e3b5910c918468bb89828:${json.id}`,
		]);
	});

	it("publishes refusals and failures too", async () => {
		const missing = await call("/bindings/192.0.2.0/24", { method: "DELETE" });
		const refused = await call("/bindings/2001:db8:100:2::/64", { method: "DELETE" });
		// They are published a minute later, since the same refusal may come again until then.
		vi.setSystemTime(Date.now() + 60_000);
		await runDurableObjectAlarm(ledger());
		await vi.waitFor(async () => expect((await HISTORY.list({ prefix: "deletion:" })).keys).toHaveLength(2));
		expect(await HISTORY.get(`deletion:${missing.json.deletion_id}`, "json")).toMatchObject({ state: "failed" });
		expect(await HISTORY.get(`deletion:${refused.json.deletion_id}`, "json")).toMatchObject({ state: "refused" });
	});

	it("removes settled, published records from the Ledger after a week, and no earlier", async () => {
		const first = await call("/bindings/203.0.113.128/25", { method: "DELETE" });
		await call("/bindings/203.0.113.0/26", { method: "DELETE" });
		await vi.waitFor(async () => expect((await HISTORY.list({ prefix: "deletion:" })).keys).toHaveLength(2));
		const inLedger = () =>
			runInDurableObject<Ledger, boolean>(ledger(), async (object) => (await object.record(first.json.id)) !== null);
		vi.setSystemTime(Date.now() + 7 * 86_400_000 - 1000);
		await runDurableObjectAlarm(ledger());
		expect(await inLedger()).toBe(true);
		await nextAlarm();
		expect(await inLedger()).toBe(false);
		expect((await call(`/deletions/${first.json.id}`)).json.state).toBe("deleted");
	});
});
