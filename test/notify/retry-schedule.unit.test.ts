import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { longestBreakMs } from "../../src/notify/limits.ts";
import { breakMs, nextPauseMs } from "../../src/notify/retry-schedule.ts";

const hourMs = 3_600_000;

describe("the retry schedule", () => {
	it("is the one of Standard Webhooks", () => {
		const pauses = Array.from({ length: 11 }, (_, attempts) => nextPauseMs(attempts, null, 0));
		const hours = [2, 5, 10, 14, 20, 24].map((count) => count * hourMs);
		expect(pauses).toEqual([0, 5000, 300_000, 1_800_000, ...hours, null]);
	});

	it("adds at most a tenth, so that what failed together is not tried together", () => {
		expect(nextPauseMs(2, null, 1)).toBe(330_000);
		expect(nextPauseMs(2, null, 0.5)).toBe(315_000);
	});

	it("waits as long as the receiver asks, but never less than it would, and never more than a day", () => {
		expect(nextPauseMs(1, 60_000, 0)).toBe(60_000);
		expect(nextPauseMs(2, 1000, 0)).toBe(300_000);
		expect(nextPauseMs(1, 10 * 24 * hourMs, 0)).toBe(24 * hourMs);
		expect(nextPauseMs(1, -5, 0)).toBe(5000);
	});

	it("ends, whatever the receiver asks", () =>
		fc.assert(
			fc.property(fc.integer({ min: 10 }), fc.option(fc.nat()), (attempts, afterMs) => {
				expect(nextPauseMs(attempts, afterMs, 0)).toBeNull();
			}),
		));
});

describe("a destination that fails", () => {
	it("rests longer each time, up to five minutes", () => {
		expect([1, 2, 3].map((failures) => breakMs(failures, null))).toEqual([5000, 10_000, 20_000]);
		expect(breakMs(100, null)).toBe(longestBreakMs);
	});

	it("rests as long as it asks for", () => {
		expect(breakMs(1, 60_000)).toBe(60_000);
		expect(breakMs(1, 30 * 24 * hourMs)).toBe(24 * hourMs);
	});
});
