// Paging through the history returns the same rows as a plain filter, each once and in order, whatever KV and the
// Ledger hold.
import { reset } from "cloudflare:test";
import fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import { createHistory } from "../../../src/adapters/history/history.ts";
import { type Deletion, type State, type Summary, summaryOf } from "../../../src/deletion/record/deletion.ts";
import type { HistoryFilter, ReadChanges } from "../../../src/deletion/record/history.ts";
import { HISTORY } from "../../harness.ts";
import { asked, ledgerWith } from "./a-ledger.ts";
import { bindingAt, bindingIds, deletionAt, everything, matching, nowMs, prefixIds, put } from "./rows.ts";

afterEach(async () => {
	vi.restoreAllMocks();
	await reset();
});

/** Every row from the first page to the last. */
async function walk(ask: ReadChanges, filter: HistoryFilter, limits: readonly number[]): Promise<Summary[]> {
	const history = createHistory(HISTORY, asked(ask));
	const rows: Summary[] = [];
	let cursor: string | null = null;
	for (let pages = 0; ; pages++) {
		const limit = limits[pages % limits.length] ?? 1;
		const page = await history.page({ filter, limit, cursor, unless: null });
		if (!page.ok || page.value === null) throw new Error("there is no page");
		expect(page.value.rows.length).toBeLessThanOrEqual(limit);
		rows.push(...page.value.rows);
		cursor = page.value.next;
		if (cursor === null) return rows;
		if (pages > 150) throw new Error("it has no end");
	}
}

/** Where a record is: in KV, in the Ledger, or in both, with an older state in KV. */
interface Kept {
	deletion: Deletion;
	where: "kv" | "ledger" | "both";
	before: State;
}

const state = fc.constantFrom<State>("deleted", "failed", "refused", "unknown", "deleting");
const record: fc.Arbitrary<Kept> = fc
	.record({
		agoMs: fc.oneof(fc.nat(50), fc.nat(100_000), fc.nat(40 * 86_400_000)),
		state,
		before: state,
		where: fc.constantFrom("kv", "kv", "kv", "ledger", "both"),
		actor: fc.constantFrom("ci", "bob"),
		door: fc.constantFrom("api", "cloudflare"),
		binding: fc.constantFrom(null, bindingAt(0, 0), bindingAt(1, 0), bindingAt(1, 1)),
	})
	.map(({ agoMs, before, where, actor, door, ...change }) => ({
		deletion: deletionAt(nowMs - agoMs, { ...change, actor: { name: actor, door } }),
		before,
		where,
	}));
const time = fc.oneof(fc.nat(100), fc.nat(100_000), fc.nat(40 * 86_400_000)).map((agoMs) => nowMs - agoMs);
const maybe = <Value>(values: fc.Arbitrary<Value>) => fc.option(values, { freq: 1 });
const filters: fc.Arbitrary<HistoryFilter> = fc
	.record({
		state: maybe(state),
		actor: maybe(fc.constantFrom("ci", "bob")),
		door: maybe(fc.constantFrom("api", "cloudflare")),
		bindingId: maybe(fc.constantFrom(...bindingIds)),
		prefixId: maybe(fc.constantFrom(...prefixIds)),
		sinceMs: maybe(time),
		untilMs: maybe(time),
	})
	.map((filter) => {
		const { sinceMs, untilMs } = filter;
		const swapped = sinceMs !== null && untilMs !== null && sinceMs > untilMs;
		return swapped ? { ...filter, sinceMs: untilMs, untilMs: sinceMs } : filter;
	});
const limits = fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 3 });

async function keep(records: readonly Kept[]): Promise<{ recent: Summary[]; all: Summary[] }> {
	await reset();
	const inKv = records.filter(({ where }) => where !== "ledger");
	await put(
		...inKv.map(({ deletion, where, before }) => (where === "both" ? { ...deletion, state: before } : deletion)),
	);
	const recent = records.filter(({ where }) => where !== "kv").map(({ deletion }) => summaryOf(deletion));
	return { recent, all: records.map(({ deletion }) => summaryOf(deletion)) };
}

describe("a walk through the history", () => {
	it("returns each row once and in order, with any filter, any limits and any newer rows in the Ledger", async () => {
		const some = fc.array(record, { maxLength: 30 });
		await fc.assert(
			fc.asyncProperty(
				some,
				fc.array(fc.tuple(filters, limits), { minLength: 4, maxLength: 4 }),
				async (records, asks) => {
					const { recent, all } = await keep(records);
					for (const [filter, limit] of asks) {
						expect(await walk(ledgerWith(recent), filter, limit)).toEqual(matching(all, filter));
					}
				},
			),
			{ numRuns: 120 },
		);
	}, 60_000);

	it("does so even if the Ledger has more rows than it returns per call", async () => {
		const some = fc.array(record, { maxLength: 30 });
		await fc.assert(
			fc.asyncProperty(
				some,
				filters,
				limits,
				fc.integer({ min: 1, max: 5 }),
				async (records, filter, limit, toldAtMost) => {
					const { recent, all } = await keep(records);
					const timeless = { ...filter, sinceMs: null, untilMs: null };
					expect(await walk(ledgerWith(recent, toldAtMost), timeless, limit)).toEqual(matching(all, timeless));
				},
			),
			{ numRuns: 120 },
		);
	}, 60_000);

	it.each<[string, Partial<HistoryFilter>]>([
		["before the rows of the Ledger's first answer", { untilMs: nowMs - 1000 }],
		["after the rows of the Ledger's later answers", { sinceMs: nowMs - 2 }],
	])("ends if the filter is for a time %s", async (_, change) => {
		const filter = { ...everything, ...change };
		const records = [0, 1, 2, 3, 4, 5, 6, 7, 2000, 3000].map((agoMs): Kept => {
			return { deletion: deletionAt(nowMs - agoMs), where: agoMs < 1000 ? "both" : "kv", before: "deleted" };
		});
		const { recent, all } = await keep(records);
		expect(await walk(ledgerWith(recent, 3), filter, [10])).toEqual(matching(all, filter));
	});

	it("works without the Ledger", async () => {
		const { all } = await keep(
			[1, 2, 3].map((agoMs) => ({ deletion: deletionAt(nowMs - agoMs), where: "kv", before: "deleted" })),
		);
		expect(await walk(async () => null, everything, [2])).toEqual(matching(all, everything));
	});

	it("loses and repeats nothing if records arrive in between", async () => {
		const records = Array.from({ length: 12 }, (_, index) => deletionAt(nowMs - index * 1000));
		await put(...records);
		const newer = [deletionAt(nowMs + 1000), deletionAt(nowMs + 2000)].map(summaryOf);
		let asked = 0;
		const ask: ReadChanges = async (query) => {
			asked += 1;
			if (asked === 2) await put(deletionAt(nowMs + 1000), deletionAt(nowMs + 2000), deletionAt(nowMs + 3000));
			return ledgerWith(newer.slice(0, asked - 1))(query);
		};
		const rows = await walk(ask, everything, [3]);
		expect(rows.slice(0, 12)).toEqual(matching(records.map(summaryOf), everything));
	});
});
