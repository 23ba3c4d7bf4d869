import { expect, it } from "vitest";
import { budgetOf } from "../../../src/deletion/judgement/budget.ts";
import { startMs } from "../world.ts";

const minuteMs = 60_000;

it.each<[string, number[], number, number | null]>([
	["nothing was deleted: all is left, and nothing to wait for", [], 3, null],
	["one was: the rest is left, and it is back when that one leaves the window", [50], 2, 600],
	["the oldest counts for the time", [50, 10], 1, 600],
	["used up: more is left when the oldest leaves the window", [50, 30, 10], 0, 600],
	["the limit was lowered since: as many have to leave as are too many, and one more", [55, 50, 30, 10], 0, 600],
	["the time is never 0", [60], 2, 1],
])("budget: %s", (_, minutesAgo, left, next) => {
	const begunMs = minutesAgo.map((ago) => startMs - ago * minuteMs);
	const budget = budgetOf(begunMs, { deletions: 3, windowMinutes: 60 }, startMs);
	expect(budget).toEqual({ limit: 3, left, window_minutes: 60, next_in_seconds: next });
});
