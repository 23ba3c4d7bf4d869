import { afterEach, describe, expect, it, vi } from "vitest";
import { metadataOf } from "../../../src/adapters/history/keys.ts";
import { writeLimitMs } from "../../../src/adapters/history/limits.ts";
import { publish } from "../../../src/adapters/history/publish.ts";
import { withShortTimers } from "../../doors/account.ts";
import { HISTORY } from "../../harness.ts";
import { bindingIds, deletionAt, nowMs, prefixIds } from "./rows.ts";

afterEach(() => vi.restoreAllMocks());

const dayMs = 86_400_000;
const ttls = (put: ReturnType<typeof spied>) => put.mock.calls.map(([, , options]) => options?.expirationTtl);
const spied = () => vi.spyOn(HISTORY, "put");

describe("publish", () => {
	it("writes the record and its lookup keys, each with the row as metadata", async () => {
		const deletion = deletionAt(nowMs);
		expect(await publish(HISTORY, deletion, 0, nowMs)).toEqual({ ok: true, value: null });
		const record = await HISTORY.getWithMetadata(`deletion:${deletion.id}`, "json");
		expect(record).toMatchObject({ value: deletion, metadata: metadataOf(deletion) });
		for (const prefix of [`binding:${bindingIds[0]}:`, `prefix:${prefixIds[0]}:`]) {
			const { keys } = await HISTORY.list({ prefix });
			expect(keys).toEqual([{ name: `${prefix}${deletion.id}`, metadata: metadataOf(deletion) }]);
			expect(await HISTORY.get(`${prefix}${deletion.id}`)).toBe("");
		}
	});

	it("can be repeated safely", async () => {
		const deletion = deletionAt(nowMs + 1, { binding: null });
		await publish(HISTORY, deletion, 0, nowMs);
		await publish(HISTORY, { ...deletion, reason: "amended" }, 0, nowMs);
		const { keys } = await HISTORY.list({ prefix: `deletion:${deletion.id}` });
		expect(keys).toMatchObject([{ metadata: { reason: "amended" } }]);
	});

	it.each([
		["forever", 0, 0, undefined],
		["for its retention", 30, 0, 30 * 86_400],
		["for the rest of its retention if it is published late", 30, 10 * dayMs, 20 * 86_400],
		["for at least a minute, the shortest KV allows", 1, dayMs - 59_000, 60],
		["for a minute if its retention has passed", 1, 5 * dayMs, 60],
	])("keeps the record %s", async (_, retentionDays, lateMs, ttl) => {
		const put = spied();
		await publish(HISTORY, deletionAt(nowMs), retentionDays, nowMs + lateMs);
		expect(ttls(put)).toEqual([ttl, ttl, ttl]);
	});

	it("counts the retention from the record's last change, not from its publication", async () => {
		const at = (ms: number) => new Date(ms).toISOString();
		const timeline = [
			{ at: at(nowMs), event: "requested" },
			{ at: at(nowMs + 29 * dayMs), event: "restored" },
			{ at: at(nowMs + 34 * dayMs), event: "published" },
		];
		const put = spied();
		await publish(HISTORY, deletionAt(nowMs, { timeline }), 30, nowMs + 34 * dayMs);
		expect(ttls(put)).toEqual([25 * 86_400, 25 * 86_400, 25 * 86_400]);
	});

	it("reports that a write that timed out may still land", async () => {
		withShortTimers(writeLimitMs);
		spied().mockImplementation(() => new Promise(() => {}));
		const published = await publish(HISTORY, deletionAt(nowMs), 0, nowMs);
		expect(published).toMatchObject({ ok: false, failure: { timedOut: true, mayLand: true } });
	});

	it("reports that even if another write is refused at once", async () => {
		withShortTimers(writeLimitMs);
		spied().mockImplementation((key: string) =>
			key.startsWith("prefix:") ? Promise.reject(new Error("no")) : new Promise(() => {}),
		);
		const published = await publish(HISTORY, deletionAt(nowMs), 0, nowMs);
		expect(published).toMatchObject({ ok: false, failure: { timedOut: true, mayLand: true } });
	});

	it("returns KV's refusal as a value", async () => {
		spied().mockRejectedValue(new Error("KV PUT failed: 429 Too Many Requests"));
		const published = await publish(HISTORY, deletionAt(nowMs), 0, nowMs);
		expect(published).toEqual({
			ok: false,
			failure: { detail: "KV PUT failed: 429 Too Many Requests", timedOut: false, mayLand: false },
		});
	});

	it("reports that a write may still land after an error that is not a refusal", async () => {
		spied().mockRejectedValue(new Error("KV PUT failed: 500 Internal Server Error"));
		const published = await publish(HISTORY, deletionAt(nowMs), 0, nowMs);
		expect(published).toMatchObject({ ok: false, failure: { timedOut: false, mayLand: true } });
	});

	it("fails if one of the three writes fails", async () => {
		const put = HISTORY.put.bind(HISTORY);
		spied().mockImplementation((key: string, value: unknown, options?: KVNamespacePutOptions) =>
			key.startsWith("prefix:") ? Promise.reject(new Error("no")) : put(key, String(value), options),
		);
		expect(await publish(HISTORY, deletionAt(nowMs), 0, nowMs)).toMatchObject({ ok: false });
	});

	it("keeps only the start of KV's error and accepts anything thrown", async () => {
		spied().mockRejectedValueOnce(new Error("x".repeat(5000)));
		const long = await publish(HISTORY, deletionAt(nowMs, { binding: null }), 0, nowMs);
		expect(long.ok ? 0 : long.failure.detail.length).toBe(200);
		spied().mockRejectedValueOnce("broken");
		const odd = await publish(HISTORY, deletionAt(nowMs, { binding: null }), 0, nowMs);
		expect(odd).toEqual({ ok: false, failure: { detail: "KV refused the write", timedOut: false, mayLand: true } });
	});
});
