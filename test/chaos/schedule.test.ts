// The schedule that a seed produces.
import { describe, expect, it } from "vitest";
import { outagesOf, resetsOf } from "./schedule.ts";

const seeds = [1, 2, 3, 20_260_220];

describe.each(seeds)("seed %i", (seed) => {
	it.each([5, 10, 25, 100])("hands the data to the next release and back within %i resets", (resets) => {
		const changes = resetsOf(seed, resets, 1000).flatMap(({ as }) => (as === null ? [] : [as]));
		expect(changes.length).toBeGreaterThanOrEqual(2);
		expect(changes).toEqual(changes.map((_, number) => (number % 2 === 0 ? "next" : "today")));
		expect(changes.at(-1)).toBe("today");
	});

	it("takes KV down for an hour at least once", () => {
		const longest = outagesOf(seed, 3, 1, 100).filter(({ isLong }) => isLong);
		expect(longest.map(({ lastsMs }) => lastsMs)).toEqual([3_600_000]);
	});
});
