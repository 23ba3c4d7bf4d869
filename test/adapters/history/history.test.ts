import { reset } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createHistory } from "../../../src/adapters/history/history.ts";
import { readLimitMs } from "../../../src/adapters/history/limits.ts";
import { publish, publishAlias } from "../../../src/adapters/history/publish.ts";
import { type Deletion, summaryOf } from "../../../src/deletion/record/deletion.ts";
import type { HistoryQuery, ReadChanges } from "../../../src/deletion/record/history.ts";
import { idBounds } from "../../../src/deletion/record/record-id.ts";
import { withShortTimers } from "../../doors/account.ts";
import { HISTORY } from "../../harness.ts";
import { asked, ledgerWith } from "./a-ledger.ts";
import { deletionAt, everything, nowMs, put } from "./rows.ts";

afterEach(async () => {
	vi.restoreAllMocks();
	await reset();
});

const query = (change: Partial<HistoryQuery> = {}): HistoryQuery => ({
	filter: everything,
	limit: 2,
	cursor: null,
	unless: null,
	...change,
});
const nextOf = async (history: ReturnType<typeof createHistory>, some = query()): Promise<string> => {
	const page = await history.page(some);
	return (page.ok && page.value?.next) || "";
};
const three = () => [0, 1, 2].map((agoMs) => deletionAt(nowMs - agoMs));

describe("the history", () => {
	it("shows the Ledger's changes and version", async () => {
		const [recent, ...published] = three();
		await put(...published);
		if (recent === undefined) return;
		const page = await createHistory(HISTORY, asked(ledgerWith([summaryOf(recent)]))).page(query());
		expect(page).toMatchObject({
			ok: true,
			value: { version: "j-1", rows: [{ id: recent.id }, { id: published[0]?.id }] },
		});
	});

	it("does not read KV while the version is unchanged", async () => {
		const list = vi.spyOn(HISTORY, "list");
		const history = createHistory(HISTORY, asked(ledgerWith([])));
		expect(await history.page(query({ unless: "j-1" }))).toEqual({ ok: true, value: null });
		expect(list).not.toHaveBeenCalled();
		expect(await history.page(query({ unless: "j-0" }))).toMatchObject({ value: { rows: [] } });
	});

	it("is served without a version if the Ledger cannot be reached", async () => {
		await put(...three());
		const page = await createHistory(
			HISTORY,
			asked(async () => null),
		).page(query({ unless: "j-1" }));
		expect(page).toMatchObject({ ok: true, value: { version: null, rows: [{}, {}] } });
	});

	it("asks the Ledger only for rows after the last one, of the same binding and prefix", async () => {
		await put(...three());
		const ask = vi.fn(ledgerWith([]));
		const history = createHistory(HISTORY, asked(ask));
		const filter = { ...everything, bindingId: deletionAt(nowMs).binding?.id ?? "" };
		const first = await history.page(query({ filter }));
		const rows = first.ok ? (first.value?.rows ?? []) : [];
		await history.page(query({ filter, cursor: await nextOf(history, query({ filter })) }));
		const unnamed = { prefixId: null, actor: null, door: null };
		expect(ask.mock.lastCall).toEqual([
			{ ...unnamed, afterId: rows.at(-1)?.id, bindingId: filter.bindingId, unless: null, atMost: 3 },
		]);
	});

	it("asks the Ledger for one row more than a page holds, or for all if a filter drops rows", async () => {
		const made = Array.from({ length: 5 }, (_, index) => summaryOf(deletionAt(nowMs - index)));
		const ask = vi.fn(ledgerWith(made));
		const history = createHistory(HISTORY, asked(ask));
		const pages: unknown[] = [];
		for (let cursor: string | null = null, page = 0; page < 5; page++) {
			const read = await history.page(query({ cursor }));
			const value = read.ok ? read.value : null;
			pages.push(value?.rows.map(({ id }) => id));
			cursor = value?.next ?? null;
			if (cursor === null) break;
		}
		const ids = made.map(({ id }) => id);
		expect(pages).toEqual([ids.slice(0, 2), ids.slice(2, 4), ids.slice(4)]);
		for (const [asked] of ask.mock.calls) expect(asked).toMatchObject({ atMost: 3 });
		await history.page(query({ filter: { ...everything, state: "failed" } }));
		expect(ask.mock.lastCall?.[0]).not.toHaveProperty("atMost");
	});

	it("asks the Ledger for a period from its newest id, then from the last row of each page", async () => {
		await put(...three());
		const ask = vi.fn(ledgerWith([]));
		const history = createHistory(HISTORY, asked(ask));
		const filter = { ...everything, untilMs: nowMs - 1 };
		const first = await history.page(query({ filter, limit: 1 }));
		expect(ask.mock.lastCall).toMatchObject([{ afterId: idBounds(0, nowMs - 1).first }]);
		const page = first.ok ? first.value : null;
		expect(page?.rows).toHaveLength(1);
		await history.page(query({ filter, limit: 1, cursor: page?.next ?? "" }));
		expect(ask.mock.lastCall).toMatchObject([{ afterId: page?.rows[0]?.id }]);
	});

	it("shows the Ledger's rows of a period even if newer rows exceed its limit per call", async () => {
		const made = Array.from({ length: 6 }, (_, index) => deletionAt(nowMs - index));
		const history = createHistory(HISTORY, asked(ledgerWith(made.map(summaryOf), 3)));
		const filter = { ...everything, sinceMs: nowMs - 9, untilMs: nowMs - 4 };
		const page = await history.page(query({ filter, limit: 5 }));
		expect(page.ok && page.value?.rows.map((row) => row.id)).toEqual(made.slice(4).map((one) => one.id));
	});

	it("refuses an invalid cursor or one of another filter without reading anything", async () => {
		await put(...three());
		const cursor = await nextOf(createHistory(HISTORY, asked(ledgerWith([]))));
		expect(cursor).not.toBe("");
		const ask = vi.fn(ledgerWith([]));
		const list = vi.spyOn(HISTORY, "list");
		const history = createHistory(HISTORY, asked(ask));
		const others = [query({ cursor: "nonsense" }), query({ cursor, filter: { ...everything, state: "deleted" } })];
		for (const other of others) expect(await history.page(other)).toEqual({ ok: false, failure: "bad_cursor" });
		expect(ask).not.toHaveBeenCalled();
		expect(list).not.toHaveBeenCalled();
	});

	it("refuses a cursor that KV refuses", async () => {
		await put(...three());
		const history = createHistory(HISTORY, asked(ledgerWith([])));
		const cursor = await nextOf(history);
		vi.spyOn(HISTORY, "list").mockRejectedValue(new Error("KV GET failed: 400 Invalid cursor"));
		expect(await history.page(query({ cursor }))).toEqual({ ok: false, failure: "bad_cursor" });
	});

	describe.each([
		["fails", () => Promise.reject(new Error("KV GET failed: 500"))],
		["hangs", () => new Promise<never>(() => {})],
	])("when KV %s", (_, broken) => {
		beforeEach(() => withShortTimers(readLimitMs));

		it("serves the Ledger's week, without a version", async () => {
			const [recent, ...older] = three().map(summaryOf);
			vi.spyOn(HISTORY, "list").mockImplementation(broken);
			const ask = vi.fn<ReadChanges>(async (query) =>
				ledgerWith(query.week === true && recent !== undefined ? [recent, ...older] : [])(query),
			);
			const history = createHistory(HISTORY, asked(ask));
			const page = await history.page(query());
			expect(page).toMatchObject({
				ok: true,
				value: { version: null, rows: [{ id: recent?.id }, { id: older[0]?.id }] },
			});
			const next = page.ok ? (page.value?.next ?? null) : null;
			const second = await history.page(query({ cursor: next }));
			expect(second).toMatchObject({ ok: true, value: { version: null, next: null, rows: [{ id: older[1]?.id }] } });
		});

		it("continues from the same row when KV can be read again", async () => {
			const deletions = three();
			const list = vi.spyOn(HISTORY, "list").mockImplementation(broken);
			const history = createHistory(HISTORY, asked(ledgerWith(deletions.map(summaryOf))));
			const page = await history.page(query());
			list.mockRestore();
			await put(...deletions);
			const second = await history.page(query({ cursor: page.ok ? (page.value?.next ?? null) : null }));
			expect(second).toMatchObject({ ok: true, value: { rows: [{ id: deletions[2]?.id }], next: null } });
		});

		it("is unavailable if the Ledger cannot be reached either", async () => {
			vi.spyOn(HISTORY, "list").mockImplementation(broken);
			const history = createHistory(
				HISTORY,
				asked(async () => null),
			);
			expect(await history.page(query())).toEqual({ ok: false, failure: "unavailable" });
		});

		it("returns the Ledger's record, and is unavailable rather than not found if the Ledger has none", async () => {
			const deletion = deletionAt(nowMs);
			vi.spyOn(HISTORY, "get").mockImplementation(broken);
			const history = createHistory(HISTORY, asked(ledgerWith([]), [deletion]));
			expect(await history.record(deletion.id)).toEqual(recordOf(deletion));
			expect(await history.record(deletionAt(nowMs).id)).toEqual({ kind: "unavailable" });
		});
	});
});

const recordOf = (deletion: Deletion, stale = false) => ({ kind: "record", text: JSON.stringify(deletion), stale });

describe("a record", () => {
	const unreachable = asked(ledgerWith([]), null);

	it("comes from the Ledger if it has one, otherwise from KV as stored", async () => {
		const deletion = deletionAt(nowMs);
		await publish(HISTORY, deletion, 0, nowMs);
		const restored = { ...deletion, state: "restored" as const };
		expect(await createHistory(HISTORY, asked(ledgerWith([]))).record(deletion.id)).toEqual(recordOf(deletion));
		const history = createHistory(HISTORY, asked(ledgerWith([]), [restored]));
		expect(await history.record(deletion.id)).toEqual(recordOf(restored));
	});

	it("comes from KV if the Ledger cannot be reached, marked stale if it can still change", async () => {
		const deleted = deletionAt(nowMs);
		const refused = deletionAt(nowMs, { state: "refused" });
		for (const one of [deleted, refused]) await publish(HISTORY, one, 0, nowMs);
		const history = createHistory(HISTORY, unreachable);
		expect(await history.record(deleted.id)).toEqual(recordOf(deleted, true));
		expect(await history.record(refused.id)).toEqual(recordOf(refused));
		expect(await history.record(deletionAt(nowMs).id)).toEqual({ kind: "unavailable" });
	});

	it("does not wait for the Ledger if it can no longer change", async () => {
		const failed = deletionAt(nowMs, { state: "failed" });
		await publish(HISTORY, failed, 0, nowMs);
		const hanging = { ...unreachable, record: () => new Promise<never>(() => {}) };
		expect(await createHistory(HISTORY, hanging).record(failed.id)).toEqual(recordOf(failed));
	});

	it("does not wait for KV if the Ledger has it", async () => {
		const deletion = deletionAt(nowMs);
		vi.spyOn(HISTORY, "get").mockImplementation(() => new Promise<never>(() => {}));
		const started = Date.now();
		await createHistory(HISTORY, asked(ledgerWith([]), [deletion])).record(deletion.id);
		expect(Date.now() - started).toBeLessThan(1000);
	});

	it("is found by any other id that a caller was given for it", async () => {
		const deletion = deletionAt(nowMs);
		const { id } = deletionAt(nowMs);
		await publish(HISTORY, deletion, 0, nowMs);
		await publishAlias(HISTORY, { id, deletionId: deletion.id }, 0, nowMs);
		expect(await createHistory(HISTORY, asked(ledgerWith([]))).record(id)).toEqual(recordOf(deletion));
		const restored = { ...deletion, state: "restored" as const };
		expect(await createHistory(HISTORY, asked(ledgerWith([]), [restored])).record(id)).toEqual(recordOf(restored));
	});

	it("does not exist if neither has it", async () => {
		const history = createHistory(HISTORY, asked(ledgerWith([])));
		expect(await history.record(deletionAt(nowMs).id)).toEqual({ kind: "none" });
	});
});
