import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { doors } from "../../../src/deletion/actor.ts";
import { states } from "../../../src/deletion/deletion.ts";
import type { Condition } from "../../../src/deletion/row-conditions.ts";
import {
	addressOf,
	historyFilterOf,
	noFilter,
	type PageFilter,
	pinned,
	readFilter,
} from "../../../src/doors/page/filter.ts";

const origin = "https://unbind.example.com";
const nowMs = Date.UTC(2026, 10, 3, 12);
const on = (field: Condition["field"], value: string, is = true): Condition => ({ field, is, value });
const word = fc
	.string({ unit: "grapheme", minLength: 1, maxLength: 20 })
	.filter((text) => !text.includes(",") && text.isWellFormed());
const id = fc.constantFrom("c01d0000000000000000000000000001", "c01d0000-0000-4000-8000-000000000007");
const values = {
	state: fc.constantFrom(...states),
	service_name: word,
	door: fc.constantFrom(...doors),
	actor: word,
	prefix_id: id,
	binding_id: id,
};
const condition = fc
	.constantFrom<Condition["field"]>("state", "service_name", "door", "actor", "prefix_id", "binding_id")
	.chain((field) => fc.tuple(values[field], fc.boolean()).map(([value, is]) => on(field, value, is)));
const key = ({ field, is, value }: Condition) => `${field} ${is} ${value}`;

describe("a filter", () => {
	it("survives being turned into an address and back", () => {
		const filters = fc.record({
			conditions: fc.uniqueArray(condition, { maxLength: 8, selector: key }),
			text: fc.option(word),
			since: fc.constantFrom(null, "24h", "2026-02-20", "2026-02-20T12:00Z"),
			until: fc.constantFrom(null, "2999-11-02"),
		});
		fc.assert(
			fc.property(filters, (filter: PageFilter) => {
				const read = readFilter(new URL(addressOf(filter), origin));
				if (!read.ok) throw new Error(read.failure.detail);
				const { conditions, ...rest } = read.value.filter;
				expect(conditions.map(key).toSorted()).toEqual(filter.conditions.map(key).toSorted());
				expect({ ...rest }).toEqual({ text: filter.text, since: filter.since, until: filter.until });
			}),
		);
	});

	it("uses the history's keys where it can, and compares rows for the rest", () => {
		const all = { state: null, actor: null, door: null, bindingId: null, prefixId: null, sinceMs: null, untilMs: null };
		const of = (...conditions: Condition[]) => historyFilterOf({ ...noFilter, conditions }, nowMs);
		expect(of()).toEqual(all);
		expect(of(on("state", "deleted"), on("actor", "ci"), on("door", "api"))).toEqual({
			...all,
			state: "deleted",
			actor: "ci",
			door: "api",
		});
		expect(of(on("binding_id", "b"), on("prefix_id", "p"))).toEqual({ ...all, bindingId: "b", prefixId: "p" });
		const both = [on("state", "deleted"), on("state", "failed")];
		expect(of(...both)).toEqual({ ...all, rows: { conditions: both, text: null } });
		const service = [on("service_name", "CDN"), on("actor", "ci", false)];
		expect(of(...service, on("door", "page"))).toEqual({
			...all,
			door: "page",
			rows: { conditions: service, text: null },
		});
		expect(historyFilterOf({ ...noFilter, text: "x" }, nowMs)).toEqual({ ...all, rows: { conditions: [], text: "x" } });
	});

	it.each<[string | null, string | null, number | null, number | null]>([
		["1h", null, nowMs - 3_600_000, null],
		["30d", null, nowMs - 30 * 86_400_000, null],
		["2026-02-20", "2026-02-20", Date.UTC(2026, 1, 20), Date.UTC(2026, 1, 21) - 1],
		["2026-02-20T12:00+02:00", null, Date.UTC(2026, 1, 20, 10), null],
		[null, "2026-02-20T12:00Z", null, Date.UTC(2026, 1, 20, 12)],
	])("from %s to %s", (since, until, sinceMs, untilMs) => {
		expect(historyFilterOf({ ...noFilter, since, until }, nowMs)).toMatchObject({ sinceMs, untilMs });
	});

	it("pins a relative time, and leaves an absolute one unchanged", () => {
		expect(pinned({ ...noFilter, since: "1h" }, nowMs).since).toBe("2026-11-03T11:00:00.000Z");
		expect(pinned({ ...noFilter, since: "2026-02-20" }, nowMs).since).toBe("2026-02-20");
	});
});
