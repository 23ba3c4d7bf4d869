import { describe, expect, it } from "vitest";
import type { Restoration } from "../../src/deletion/record/deletion.ts";
import { settledTime, settlingOf, withSettledTime } from "../../src/deletion/settling-times.ts";

const nowMs = Date.UTC(2030, 0, 1);
const dayMs = 24 * 3_600_000;
const took = (tookMs: number, activeMs = nowMs) => ({ activeMs, tookMs });

describe("settling times", () => {
	it.each<[number[], object]>([
		[[], { count: 0, medianMs: null, slowestMs: null }],
		[[7], { count: 1, medianMs: 7, slowestMs: 7 }],
		[[9, 1], { count: 2, medianMs: 5, slowestMs: 9 }],
		[[3, 1, 100], { count: 3, medianMs: 3, slowestMs: 100 }],
	])("of %j are %j", (times, expected) => {
		expect(
			settlingOf(
				times.map((one) => took(one)),
				nowMs,
			),
		).toEqual(expected);
	});

	it("are those of the last 90 days", () => {
		expect(settlingOf([took(5, nowMs - 91 * dayMs), took(1, nowMs - 89 * dayMs)], nowMs)).toMatchObject({
			count: 1,
			slowestMs: 1,
		});
	});

	it("are kept up to a number, the newest", () => {
		const many = Array.from({ length: 700 }, (_, index) => took(index)).reduce(withSettledTime, [took(-1)].slice(1));
		expect([many.length, many[0]?.tookMs, many.at(-1)?.tookMs]).toEqual([500, 200, 699]);
	});
});

describe("a record's settling time", () => {
	const restoration = (more: Partial<Restoration>) => settledTime({ restoration: { ...restored, ...more } });
	const restored: Restoration = {
		state: "restored",
		requested_at: "2030-01-01T12:00:00.000Z",
		requested_by: { name: "ada", door: "api" },
		settled_at: "2030-01-01T12:00:01.000Z",
		binding_id: "ab",
		provisioning: null,
		settles_within_hours: 6,
		cloudflare: null,
		failure: null,
		active_at: "2030-01-01T16:00:01.000Z",
	};

	it("is from the restoration to when it was seen active", () => {
		expect(restoration({})?.tookMs).toBe(4 * 3_600_000);
	});

	it("does not exist for others", () => {
		expect(settledTime({ restoration: null })).toBeNull();
		expect(restoration({ active_at: null })).toBeNull();
		expect(restoration({ state: "already_bound" })).toBeNull();
		expect(restoration({ state: "failed", settled_at: null })).toBeNull();
	});
});
