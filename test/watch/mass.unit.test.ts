import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { lagMs } from "../../src/deletion/limits.ts";
import { type Lifetime, lifetimeOf } from "../../src/watch/lifetime.ts";
import { judgeMass } from "../../src/watch/mass.ts";
import { bindingOf, id } from "../deletion/world.ts";

const intervalMs = 600_000;
const startMs = 10_000_000;

const loss = (index: number, missedMs: number, change: Partial<Lifetime> = {}): Lifetime => ({
	...lifetimeOf(bindingOf(id(`b${index}f`), "203.0.113.0/24"), id("a1"), "first_look", 0),
	seenMs: missedMs - intervalMs,
	missedMs,
	missedAgainMs: missedMs + lagMs + 1,
	closed: "disappeared",
	goneSinceMs: missedMs,
	closedMs: missedMs + lagMs + 1000,
	...change,
});
const losses = (count: number, missedMs = startMs, apartMs = 1000, change: Partial<Lifetime> = {}) =>
	Array.from({ length: count }, (_, index) => loss(index, missedMs + index * apartMs, change));
const judge = (some: readonly Lifetime[], atLeast = 10) => judgeMass(some, intervalMs, atLeast);

describe("judgeMass", () => {
	it.each([
		[9, 0],
		[10, 1],
		[37, 1],
	])("counts %i losses within an interval as %i mass deletions", (count, events) => {
		const judged = judge(losses(count));
		expect(judged.events).toEqual(events === 0 ? [] : [{ startMs, freezes: true }]);
		expect(judged.lifetimes.map(({ massMs }) => massMs)).toEqual(Array(events * count).fill(startMs));
	});

	it("does not count losses that one interval can't hold", () => {
		// One every two minutes, each seen shortly before it was missed.
		const slow = losses(10, startMs, 120_000).map((one) => ({ ...one, seenMs: (one.goneSinceMs ?? 0) - 1000 }));
		expect(judge(slow).events).toEqual([]);
	});

	it("counts losses of one moment although the looks that miss them are spread over an interval and the lag", () => {
		const spread = losses(10, startMs, (intervalMs + lagMs) / 9);
		expect(judge(spread).events).toHaveLength(1);
	});

	it("freezes for a new event beside one of losses that became visible only after a gap", () => {
		const gap = losses(12, startMs, 1000, { seenMs: startMs - 4 * intervalMs });
		const first = judge(gap);
		expect(first.events).toEqual([{ startMs, freezes: false }]);
		const laterMs = startMs + 60_000;
		const fresh = losses(22, laterMs).slice(12);
		const second = judge([...first.lifetimes, ...fresh]);
		expect(second.events).toEqual([{ startMs: laterMs + 12_000, freezes: true }]);
		expect(second.lifetimes).toHaveLength(10);
	});

	it("makes one event of losses that become known one after the other", () => {
		const all = losses(25);
		let rows: Lifetime[] = [];
		const events = [];
		for (const one of all) {
			const judged = judge([...rows, one]);
			events.push(...judged.events);
			const counted = new Map(judged.lifetimes.map((row) => [row.bindingId, row]));
			rows = [...rows, one].map((row) => counted.get(row.bindingId) ?? row);
		}
		expect(events).toEqual([{ startMs, freezes: true }]);
		expect(rows.every(({ massMs }) => massMs === startMs)).toBe(true);
	});

	it("does not count the same bindings again, whenever it is asked", () => {
		const counted = losses(20, startMs, 1000, { massMs: startMs });
		expect(judge(counted)).toEqual({ events: [], lifetimes: [] });
	});

	it("makes another event of as many other bindings, later", () => {
		const counted = losses(20, startMs, 1000, { massMs: startMs });
		const later = startMs + 3 * intervalMs;
		const others = Array.from({ length: 10 }, (_, index) => loss(100 + index, later));
		expect(judge([...counted, ...others.slice(1)]).events).toEqual([]);
		expect(judge([...counted, ...others]).events).toEqual([{ startMs: later, freezes: true }]);
	});

	it("joins a late loss of the same time to its event", () => {
		const counted = losses(10, startMs, 1000, { massMs: startMs });
		for (const missedMs of [startMs - intervalMs, startMs + intervalMs])
			expect(judge([...counted, loss(50, missedMs)]).lifetimes).toMatchObject([{ massMs: startMs }]);
		const early = loss(50, startMs - intervalMs - 1);
		const late = loss(51, startMs + 2 * intervalMs + lagMs + 1);
		expect(judge([...counted, early, late]).lifetimes).toEqual([]);
	});

	it("tells two events apart that became known together", () => {
		const others = Array.from({ length: 12 }, (_, index) => loss(100 + index, startMs + 5 * intervalMs));
		const { events, lifetimes } = judge([...others, ...losses(11)]);
		expect(events).toEqual([
			{ startMs, freezes: true },
			{ startMs: startMs + 5 * intervalMs, freezes: true },
		]);
		expect(new Set(lifetimes.map(({ bindingId }) => bindingId)).size).toBe(23);
	});

	it.each([
		["of exactly three intervals", 0, true],
		["of more than three intervals", 1, false],
	])("freezes nothing after a gap %s", (_, moreMs, freezes) => {
		const unseen = losses(12, startMs, 0, { seenMs: startMs - 3 * intervalMs - moreMs });
		expect(judge(unseen).events).toEqual([{ startMs, freezes }]);
	});

	it("freezes if enough of the losses are known to be gone within one interval", () => {
		const unseen = Array.from({ length: 5 }, (_, index) => loss(100 + index, startMs, { seenMs: 0 }));
		expect(judge([...unseen, ...losses(9)]).events).toEqual([{ startMs, freezes: false }]);
		expect(judge([...unseen, ...losses(10)]).events).toEqual([{ startMs, freezes: true }]);
	});

	it("finds an event whenever enough bindings went within one interval, whatever the looks missed first", () => {
		const aLoss = fc.record({
			diedMs: fc.nat(intervalMs),
			lagsMs: fc.nat(lagMs),
			lookedBeforeMs: fc.nat(intervalMs),
		});
		fc.assert(
			fc.property(fc.array(aLoss, { minLength: 10, maxLength: 15 }), (died) => {
				const rows = died.map(({ diedMs, lagsMs, lookedBeforeMs }, index) => {
					// The last list that shows it may lag, and the next look comes an interval later.
					const seenMs = startMs + diedMs + lagsMs - lookedBeforeMs;
					const missedMs = Math.max(seenMs + intervalMs, startMs + diedMs);
					return loss(index, missedMs, { seenMs });
				});
				const { events, lifetimes } = judge(rows);
				expect(events).toHaveLength(1);
				expect(lifetimes).toHaveLength(rows.length);
			}),
		);
	});
});
