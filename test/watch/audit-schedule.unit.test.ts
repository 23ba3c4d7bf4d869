import { describe, expect, it } from "vitest";
import { isOver, lossWait, nextAskMs, ownWait } from "../../src/watch/audit-schedule.ts";

const minuteMs = 60_000;
const noon = Date.UTC(2030, 0, 1, 12);
const loss = (minute = 0) => lossWait("loss", "b", noon + minute * minuteMs - 600_000, noon + minute * minuteMs);
const own = (minute = 0) => ownWait("own", "b", noon + minute * minuteMs);

/** The minutes at which the log is asked, if each request is made when it is due. */
function asked(wait: ReturnType<typeof loss>, isDenied = false): number[] {
	const minutes: number[] = [];
	let askedMs: number | null = null;
	while (askedMs === null || !isOver(wait, askedMs)) {
		askedMs = nextAskMs([wait], askedMs, isDenied) ?? Number.NaN;
		minutes.push((askedMs - noon) / minuteMs);
	}
	return minutes;
}

describe("the audit log", () => {
	it("is asked about a loss ever less often, and for the last time after a day", () => {
		expect(asked(loss())).toEqual([1, 3, 10, 30, 60, 120, 240, 480, 960, 1440]);
	});

	it("is asked about a deletion of ours twice", () => {
		expect(asked(own())).toEqual([5, 60]);
	});

	it("is left alone for an hour after it refused", () => {
		expect(asked(loss(), true).slice(0, 4)).toEqual([1, 61, 121, 240]);
		expect(asked(own(), true)).toEqual([5, 65]);
	});

	it("is not asked if nothing waits", () => {
		expect(nextAskMs([], noon, false)).toBe(null);
	});

	it.each<[string, ReturnType<typeof loss>[], number, number]>([
		["once a minute at most", [loss(), loss(0.5)], 1, 2],
		["every ten minutes at most for ours alone", [own(-4), own(-3)], 1, 11],
		["for a loss, whatever else waits", [own(), loss(5)], 5, 6],
		["at once for what fell due meanwhile", [loss(), loss(-2)], 0, 1],
	])("is asked %s", (_, waits, askedMinute, dueMinute) => {
		expect(nextAskMs(waits, noon + askedMinute * minuteMs, false)).toBe(noon + dueMinute * minuteMs);
	});

	it("is asked from before the last look that showed the binding, as lists lag and clocks differ", () => {
		expect(loss().sinceMs).toBe(noon - 600_000 - 120_000 - 300_000);
		expect(own().sinceMs).toBe(noon - 300_000);
	});
});
