import { reset } from "cloudflare:test";
import { afterEach, describe, expect, it, vi } from "vitest";
import { createHistory } from "../../../src/adapters/history/history.ts";
import { publish } from "../../../src/adapters/history/publish.ts";
import { summaryOf } from "../../../src/deletion/deletion.ts";
import type { HistoryQuery } from "../../../src/deletion/history.ts";
import { idBounds } from "../../../src/deletion/record-id.ts";
import { HISTORY } from "../../harness.ts";
import { ledgerWith } from "./a-ledger.ts";
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
	it("shows what the Ledger has changed, and its version", async () => {
		const [recent, ...published] = three();
		await put(...published);
		if (recent === undefined) return;
		const page = await createHistory(HISTORY, ledgerWith([summaryOf(recent)])).page(query());
		expect(page).toMatchObject({
			ok: true,
			value: { version: "j-1", rows: [{ id: recent.id }, { id: published[0]?.id }] },
		});
	});

	it("touches KV no more while the version holds", async () => {
		const list = vi.spyOn(HISTORY, "list");
		const history = createHistory(HISTORY, ledgerWith([]));
		expect(await history.page(query({ unless: "j-1" }))).toEqual({ ok: true, value: null });
		expect(list).not.toHaveBeenCalled();
		expect(await history.page(query({ unless: "j-0" }))).toMatchObject({ value: { rows: [] } });
	});

	it("is served without a version where the Ledger cannot be asked", async () => {
		await put(...three());
		const page = await createHistory(HISTORY, async () => null).page(query({ unless: "j-1" }));
		expect(page).toMatchObject({ ok: true, value: { version: null, rows: [{}, {}] } });
	});

	it("asks the Ledger for what comes after the last row, of the same binding and prefix", async () => {
		await put(...three());
		const ask = vi.fn(ledgerWith([]));
		const history = createHistory(HISTORY, ask);
		const filter = { ...everything, bindingId: deletionAt(nowMs).binding?.id ?? "" };
		const first = await history.page(query({ filter }));
		const rows = first.ok ? (first.value?.rows ?? []) : [];
		await history.page(query({ filter, cursor: await nextOf(history, query({ filter })) }));
		expect(ask.mock.lastCall).toEqual([
			{ afterId: rows.at(-1)?.id, bindingId: filter.bindingId, prefixId: null, unless: null, atMost: 3 },
		]);
	});

	it("asks the Ledger for one row more than a page has room for, and for all where rows are sorted out", async () => {
		const made = Array.from({ length: 5 }, (_, index) => summaryOf(deletionAt(nowMs - index)));
		const ask = vi.fn(ledgerWith(made));
		const history = createHistory(HISTORY, ask);
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

	it("asks the Ledger for a stretch from its newest id on, and for later pages of it from the last row on", async () => {
		await put(...three());
		const ask = vi.fn(ledgerWith([]));
		const history = createHistory(HISTORY, ask);
		const filter = { ...everything, untilMs: nowMs - 1 };
		const first = await history.page(query({ filter, limit: 1 }));
		expect(ask.mock.lastCall).toMatchObject([{ afterId: idBounds(0, nowMs - 1).first }]);
		const page = first.ok ? first.value : null;
		expect(page?.rows).toHaveLength(1);
		await history.page(query({ filter, limit: 1, cursor: page?.next ?? "" }));
		expect(ask.mock.lastCall).toMatchObject([{ afterId: page?.rows[0]?.id }]);
	});

	it("shows what the Ledger knows of a stretch, though more is newer than it tells at once", async () => {
		const made = Array.from({ length: 6 }, (_, index) => deletionAt(nowMs - index));
		const history = createHistory(HISTORY, ledgerWith(made.map(summaryOf), 3));
		const filter = { ...everything, sinceMs: nowMs - 9, untilMs: nowMs - 4 };
		const page = await history.page(query({ filter, limit: 5 }));
		expect(page.ok && page.value?.rows.map((row) => row.id)).toEqual(made.slice(4).map((one) => one.id));
	});

	it("refuses a cursor that is none, or one of another filter, without asking anybody", async () => {
		await put(...three());
		const cursor = await nextOf(createHistory(HISTORY, ledgerWith([])));
		expect(cursor).not.toBe("");
		const ask = vi.fn(ledgerWith([]));
		const list = vi.spyOn(HISTORY, "list");
		const history = createHistory(HISTORY, ask);
		const others = [query({ cursor: "nonsense" }), query({ cursor, filter: { ...everything, state: "deleted" } })];
		for (const other of others) expect(await history.page(other)).toEqual({ ok: false, failure: "bad_cursor" });
		expect(ask).not.toHaveBeenCalled();
		expect(list).not.toHaveBeenCalled();
	});

	it("refuses a cursor that KV refuses", async () => {
		await put(...three());
		const history = createHistory(HISTORY, ledgerWith([]));
		const cursor = await nextOf(history);
		vi.spyOn(HISTORY, "list").mockRejectedValue(new Error("KV GET failed: 400 Invalid cursor"));
		expect(await history.page(query({ cursor }))).toEqual({ ok: false, failure: "bad_cursor" });
	});

	it("lets KV's failure on the newest page through, for the last resort to log", async () => {
		vi.spyOn(HISTORY, "list").mockRejectedValue(new Error("KV GET failed: 500"));
		await expect(createHistory(HISTORY, ledgerWith([])).page(query())).rejects.toThrow("KV GET failed");
	});

	it("gives a record as it is stored, and null where there is none", async () => {
		const deletion = deletionAt(nowMs);
		await publish(HISTORY, deletion, 0, nowMs);
		const history = createHistory(HISTORY, ledgerWith([]));
		expect(await history.record(deletion.id)).toBe(JSON.stringify(deletion));
		expect(await history.record(deletionAt(nowMs).id)).toBeNull();
	});
});
