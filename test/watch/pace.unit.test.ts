import { describe, expect, it } from "vitest";
import { freshPace, intervalsOf, paced } from "../../src/watch/pace.ts";

const minuteMs = 60_000;

describe("intervalsOf", () => {
	it.each([
		[10, 1, 510_000, 600_000, false],
		[10, 359, 510_000, 600_000, false],
		[3, 50, 90_000, 180_000, false],
		// Below two minutes, looks would have to follow each other faster than lists can change.
		[1, 1, 30_000, 120_000, true],
		[10, 1000, 1_416_936, 1_506_936, true],
	])(
		"looks at the prefixes often enough: %i minutes, %i prefixes",
		(minutes, count, periodMs, intervalMs, isStretched) => {
			expect(intervalsOf(minutes * minuteMs, count)).toEqual({ periodMs, intervalMs });
			expect(intervalMs > minutes * minuteMs).toBe(isStretched);
		},
	);

	it("never asks for more than a quarter of the rate limit", () => {
		for (const count of [1, 80, 359, 1000, 5000]) {
			const { periodMs } = intervalsOf(5 * minuteMs, count);
			expect((1 + count * 1.15) * (300_000 / periodMs)).toBeLessThan(300);
		}
	});
});

describe("paced", () => {
	const nowMs = 1_000_000;

	it("lets the next calls wait for what was called, second looks half as long", () => {
		const { ordinaryMs, secondMs } = paced(
			{ ordinaryMs: nowMs, secondMs: nowMs },
			{ ordinary: 277, second: 56 },
			nowMs,
		);
		expect([ordinaryMs, secondMs]).toEqual([nowMs + 310_000, nowMs + 31_000]);
	});

	it("lets a late alarm catch up by ten seconds, not more", () => {
		expect(paced(freshPace, { ordinary: 277, second: 0 }, nowMs)).toEqual({
			ordinaryMs: nowMs + 300_000,
			secondMs: nowMs - 10_000,
		});
	});
});
