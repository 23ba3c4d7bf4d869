// What a page costs in list operations, and which keys it lists.
import { reset } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import {
	firstPosition,
	historyPage,
	type Overlay,
	type Position,
	type RowsPage,
} from "../../../src/adapters/history/page.ts";
import { type Deletion, openStates, summaryOf } from "../../../src/deletion/record/deletion.ts";
import type { HistoryFilter } from "../../../src/deletion/record/history.ts";
import { HISTORY } from "../../harness.ts";
import { bindingAt, bindingIds, deletionAt, everything, nowMs, prefixIds, put, rowsOf } from "./rows.ts";

const dashed = (id: string) => id.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
const nothing: Overlay = { recent: [], until: null };
const hourMs = 3_600_000;

let list: ReturnType<typeof spied>;
const spied = () => vi.spyOn(HISTORY, "list");
beforeEach(() => {
	list = spied();
});
afterEach(async () => {
	vi.restoreAllMocks();
	await reset();
});

const page = (
	change: Partial<HistoryFilter>,
	limit: number,
	from: Position = firstPosition,
	overlay = nothing,
): Promise<RowsPage> => historyPage(HISTORY, { ...everything, ...change }, limit, from, overlay);

async function listed(): Promise<{ prefixes: string[]; limits: number[]; keys: number }> {
	const listings = await Promise.all(list.mock.results.map((result) => result.value));
	return {
		prefixes: list.mock.calls.map(([options]) => options?.prefix ?? ""),
		limits: list.mock.calls.map(([options]) => options?.limit ?? 0),
		keys: listings.reduce((sum, { keys }) => sum + keys.length, 0),
	};
}

/** One record per hour, newest first. */
const hourly = (count: number, change: Partial<Deletion> = {}): Deletion[] =>
	Array.from({ length: count }, (_, index) => deletionAt(nowMs - index * hourMs, change));

describe("a page", () => {
	it("takes one list of exactly its rows, and the next page continues after it", async () => {
		const records = hourly(25);
		await put(...records);
		const first = await page({}, 10);
		expect(first.rows).toEqual(rowsOf(records.slice(0, 10)));
		const second = await page({}, 10, first.next ?? firstPosition);
		expect(second.rows).toEqual(rowsOf(records.slice(10, 20)));
		const third = await page({}, 10, second.next ?? firstPosition);
		expect(third).toEqual({ rows: rowsOf(records.slice(20)), next: null });
		expect(await listed()).toEqual({
			prefixes: ["deletion:", "deletion:", "deletion:"],
			limits: [10, 10, 10],
			keys: 25,
		});
	});

	it.each([
		["the history ends with it", 10],
		["it has room for more than the history", 11],
	])("is the last one when %s", async (_, limit) => {
		await put(...hourly(10));
		expect(await page({}, limit)).toMatchObject({ next: null });
		expect(list).toHaveBeenCalledTimes(1);
	});

	it("is empty if the history is empty", async () => {
		expect(await page({}, 10)).toEqual({ rows: [], next: null });
		expect(await page({ untilMs: nowMs, sinceMs: 0 }, 10)).toEqual({ rows: [], next: null });
	});

	it.each<[Partial<HistoryFilter>, string[]]>([
		[{ bindingId: bindingIds[0] ?? "" }, ["binding", bindingIds[0] ?? ""]],
		[{ prefixId: prefixIds[0] ?? "" }, ["prefix", prefixIds[0] ?? ""]],
	])("of %j lists only its own keys, in both spellings of the id", async (filter, [kind, id = ""]) => {
		const own = hourly(3);
		await put(...own, ...hourly(3, { binding: bindingAt(1, 1) }), ...hourly(3, { binding: null }));
		expect((await page(filter, 10)).rows).toEqual(rowsOf(own));
		expect(await listed()).toMatchObject({ prefixes: [`${kind}:${id}:`, `${kind}:${dashed(id)}:`], keys: 3 });
	});

	it.each([1, 2, 3, 50])("of an id has the rows of both spellings in order, %i per page", async (limit) => {
		const id = bindingIds[0] ?? "";
		const records = hourly(12).map((one, index) => ({
			...one,
			binding: { ...bindingAt(0, 0), id: [0, 1, 2, 5, 9].includes(index) ? dashed(id) : id },
		}));
		await put(...records);
		for (const bindingId of [id, dashed(id)]) {
			const rows: unknown[] = [];
			for (let from: Position | null = firstPosition; from !== null; ) {
				const one: RowsPage = await page({ bindingId }, limit, from);
				rows.push(...one.rows);
				from = one.next;
			}
			expect(rows).toEqual(rowsOf(records));
		}
	});

	it("shows rows with states and doors that only another release knows", async () => {
		const [known, ...others] = hourly(3);
		if (known === undefined) throw new Error("there are no records");
		await put(known);
		for (const [index, one] of others.entries()) {
			const metadata = { ...summaryOf(one), ...(index === 0 ? { state: "superseded" } : { door: "agent" }) };
			await HISTORY.put(`deletion:${one.id}`, "", { metadata });
		}
		expect((await page({}, 10)).rows).toMatchObject([{}, { state: "superseded" }, { door: "agent" }]);
	});

	it("skips foreign keys", async () => {
		const records = hourly(2);
		await put(...records);
		await HISTORY.put("deletion:note", "a stranger's");
		await HISTORY.put(`deletion:${records[0]?.id.replace(/.$/, "0")}`, "without metadata");
		expect((await page({}, 10)).rows).toEqual(rowsOf(records));
	});
});

describe("a page with the Ledger's latest", () => {
	it("shows the Ledger's row if both have one, at no extra cost", async () => {
		const records = hourly(5);
		await put(...records);
		const [newest, second] = records;
		if (newest === undefined || second === undefined) throw new Error("there are no records");
		const open = deletionAt(nowMs + 1, { state: "deleting", settled_at: null });
		const restored = { ...summaryOf(second), reason: "amended" };
		const { rows } = await page({}, 10, firstPosition, { recent: [summaryOf(open), restored], until: null });
		expect(rows.map((row) => row.id)).toEqual([open.id, ...records.map((row) => row.id)]);
		expect(rows[2]).toEqual(restored);
		expect(list).toHaveBeenCalledTimes(1);
	});

	it("leaves out a KV row that no longer matches the filter", async () => {
		const records = hourly(2);
		await put(...records);
		const changed = { ...rowsOf(records)[0], state: "failed" } as ReturnType<typeof summaryOf>;
		const { rows } = await page({ state: "deleted" }, 10, firstPosition, { recent: [changed], until: null });
		expect(rows).toEqual(rowsOf(records.slice(1)));
	});

	it("takes one list even after a page partly filled by the Ledger", async () => {
		const records = hourly(12);
		await put(...records);
		const open = [3, 2, 1].map((ms) => summaryOf(deletionAt(nowMs + ms, { state: "deleting" })));
		const first = await page({}, 5, firstPosition, { recent: open, until: null });
		expect(first.rows).toEqual([...open, ...rowsOf(records.slice(0, 2))]);
		const second = await page({}, 5, first.next ?? firstPosition);
		expect(second.rows).toEqual(rowsOf(records.slice(2, 7)));
		expect(await listed()).toMatchObject({ limits: [5, 7] });
	});

	it.each(openStates)("does not read KV for %s records, which only the Ledger has", async (state) => {
		await put(...hourly(3));
		const open = [3, 2, 1].map((ms) => summaryOf(deletionAt(nowMs + ms, { state, settled_at: null })));
		const overlay = { recent: [...open, ...rowsOf(hourly(2))], until: null };
		const first = await page({ state }, 2, firstPosition, overlay);
		expect(first.rows).toEqual(open.slice(0, 2));
		const second = await page({ state }, 2, first.next ?? firstPosition, overlay);
		expect(second).toEqual({ rows: open.slice(2), next: null });
		expect(list).not.toHaveBeenCalled();
	});

	it("ends at the last row the Ledger returned", async () => {
		const records = hourly(6);
		await put(...records);
		const recent = rowsOf(records.slice(0, 3));
		const { rows, next } = await page({}, 10, firstPosition, { recent, until: recent[2]?.id ?? null });
		expect(rows).toEqual(recent);
		expect(next?.afterId).toBe(recent[2]?.id);
	});
});

describe("a period", () => {
	const records = Array.from({ length: 400 }, (_, index) => deletionAt(nowMs - index * hourMs));

	it("lists at most four times as many keys as it has rows", async () => {
		await put(...records);
		const stretch = { sinceMs: nowMs - 300 * hourMs, untilMs: nowMs - 260 * hourMs };
		const { rows, next } = await page(stretch, 1000);
		expect(rows).toEqual(rowsOf(records.slice(260, 301)));
		expect(next).toBeNull();
		const { prefixes, keys } = await listed();
		expect(prefixes.length).toBeLessThanOrEqual(8);
		expect(prefixes.every((prefix) => prefix.length > "deletion:".length)).toBe(true);
		expect(keys).toBeLessThanOrEqual(4 * rows.length);
	});

	it("is listed from now back to its beginning if it has no end", async () => {
		await put(...records);
		const { rows, next } = await page({ sinceMs: nowMs - 20 * hourMs }, 30);
		expect(rows).toEqual(rowsOf(records.slice(0, 21)));
		expect(next).toBeNull();
		expect(await listed()).toEqual({ prefixes: ["deletion:"], limits: [30], keys: 30 });
	});

	it("takes a single list if it has no beginning and fewer than a thousand records are newer", async () => {
		await put(...records);
		const { rows } = await page({ untilMs: nowMs - 350 * hourMs }, 5);
		expect(rows).toEqual(rowsOf(records.slice(350, 355)));
		expect((await listed()).keys).toBeLessThanOrEqual(400);
		for (let index = 351; index < 361; index++) {
			list.mockClear();
			expect((await page({ untilMs: nowMs - index * hourMs }, 1)).rows).toEqual(
				rowsOf(records.slice(index, index + 1)),
			);
			expect(list).toHaveBeenCalledTimes(1);
		}
	});

	it("fills its pages even if it has no beginning and records are rare", async () => {
		const monthMs = 30 * 24 * hourMs;
		const rare = Array.from({ length: 9 }, (_, index) => deletionAt(nowMs - index * monthMs));
		await put(...rare);
		const first = await page({ untilMs: nowMs - hourMs }, 5);
		expect(first.rows).toEqual(rowsOf(rare.slice(1, 6)));
		const second = await page({ untilMs: nowMs - hourMs }, 5, first.next ?? firstPosition);
		expect(second).toEqual({ rows: rowsOf(rare.slice(6)), next: null });
		expect((await listed()).prefixes.length).toBeLessThanOrEqual(4);
	});

	it("fills its pages even if it has no beginning and more than a thousand records are newer", async () => {
		const dayMs = 24 * hourMs;
		const newer = Array.from({ length: 1100 }, (_, index) => deletionAt(nowMs - index * 60_000, { binding: null }));
		const older = Array.from({ length: 8 }, (_, index) => deletionAt(nowMs - (20 + 15 * index) * dayMs));
		await put(...newer, ...older);
		const { rows, next } = await page({ untilMs: nowMs - 2 * dayMs }, 20);
		expect(rows).toEqual(rowsOf(older));
		expect(next).toBeNull();
	});

	it("takes one list if it is one millisecond long", async () => {
		await put(...records.slice(0, 20));
		const ms = nowMs - 7 * hourMs;
		expect((await page({ sinceMs: ms, untilMs: ms }, 10)).rows).toEqual(rowsOf(records.slice(7, 8)));
		expect(list).toHaveBeenCalledTimes(1);
	});

	it("lists only one binding's keys if it is of that binding's history", async () => {
		await put(...records.slice(0, 40));
		const filter = { bindingId: bindingIds[0] ?? "", sinceMs: nowMs - 10 * hourMs, untilMs: nowMs - 5 * hourMs };
		expect((await page(filter, 10)).rows).toEqual(rowsOf(records.slice(5, 11)));
		const { prefixes } = await listed();
		const own = [bindingIds[0] ?? "", dashed(bindingIds[0] ?? "")];
		expect(prefixes.every((prefix) => own.some((id) => prefix.startsWith(`binding:${id}:`)))).toBe(true);
	});
});

describe("a selective filter", () => {
	it("returns what it has after eight lists, with a cursor to continue", async () => {
		const needle = deletionAt(nowMs - 1_000_000 * hourMs, { actor: { name: "bob", door: "api" } });
		const strangers = Array.from({ length: 10 }, (_, index) => {
			const keys = [
				{ name: `deletion:${deletionAt(nowMs - index).id}`, metadata: { ...summaryOf(deletionAt(nowMs)) } },
			];
			return { keys, list_complete: false as const, cursor: `c${index}`, cacheStatus: null };
		});
		const last = { name: `deletion:${needle.id}`, metadata: summaryOf(needle) };
		for (const listing of strangers) list.mockResolvedValueOnce(listing);
		list.mockResolvedValueOnce({ keys: [last], list_complete: true, cacheStatus: null });
		const first = await page({ actor: "bob" }, 10);
		expect(first).toMatchObject({ rows: [], next: { cursor: "c7" } });
		expect(list).toHaveBeenCalledTimes(8);
		const second = await page({ actor: "bob" }, 10, first.next ?? firstPosition);
		expect(second).toEqual({ rows: [summaryOf(needle)], next: null });
		expect(list).toHaveBeenCalledTimes(11);
	});

	it("lists as many keys at once as KV allows", async () => {
		await put(...hourly(30), deletionAt(nowMs - 50 * hourMs, { state: "failed" }));
		expect((await page({ state: "failed" }, 5)).rows).toHaveLength(1);
		expect(await listed()).toMatchObject({ limits: [1000] });
	});
});
