// The whole watch, alarm by alarm, over an account whose answers lag in the worst way: every loss is reported in time, and no
// call is made above the share of the rate limit.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { lagMs } from "../../src/deletion/limits.ts";
import { callsPerAlarm } from "../../src/watch/limits.ts";
import { intervalsOf } from "../../src/watch/pace.ts";
import { bindingIdOf, createChangingAccount, type Prefixed, prefixIdOf, type Weather } from "./a-changing-account.ts";
import { createWatch } from "./a-watch.ts";

const minuteMs = 60_000;
const startMs = 100 * minuteMs;

interface Course {
	intervalMs: number;
	prefixCount: number;
	lives: Prefixed[];
	weather: Weather[];
	/** How late each alarm is. */
	lateMs: number[];
	/** Whether a binding stays in each prefix; else the prefix goes with its last binding. */
	keepsPrefixes: boolean;
}

const alone: Prefixed = {
	prefix: 0,
	bornMs: 0,
	diesMs: Number.POSITIVE_INFINITY,
	changesMs: [],
	ours: null,
};

/** One prefix more stays in any case: an account that loses every prefix at once is not believed. */
function run({ intervalMs, prefixCount, weather, lateMs, ...course }: Course, untilMs: number) {
	const staying = Array.from({ length: prefixCount + 1 }, (_, prefix) => ({ ...alone, prefix }));
	const lives = [...course.lives, ...(course.keepsPrefixes ? staying : staying.slice(-1))];
	let turn = 0;
	const next = <Item>(items: readonly Item[], otherwise: Item): Item => items[turn++ % items.length] ?? otherwise;
	const account = createChangingAccount(lives, prefixCount + 1, () =>
		next(weather, { takesMs: 0, lags: [1], fault: null }),
	);
	const watch = createWatch(account);
	let nowMs = startMs;
	let alarms = 0;
	while (nowMs < untilMs) {
		const before = watch.calls.length;
		const { endMs, nextMs } = watch.alarm(intervalMs, nowMs);
		expect(watch.calls.length - before).toBeLessThanOrEqual(callsPerAlarm);
		nowMs = Math.max(endMs, nextMs) + next(lateMs, 0);
		alarms++;
	}
	return { watch, alarms };
}

const timesOf = (calls: { atMs: number; isSecond: boolean }[], isSecond: boolean): number[] =>
	calls.filter((call) => call.isSecond === isSecond).map(({ atMs }) => atMs);

const mostIn = (times: readonly number[], windowMs: number): number =>
	Math.max(0, ...times.map((from) => times.filter((ms) => ms >= from && ms < from + windowMs).length));

const place = fc.constantFrom(0, 0, 0.5, 1);
const aCourse: fc.Arbitrary<Course> = fc.integer({ min: 1, max: 70 }).chain((prefixCount) =>
	fc.record({
		intervalMs: fc.integer({ min: 1, max: 20 }).map((minutes) => minutes * minuteMs),
		prefixCount: fc.constant(prefixCount),
		lives: fc.array(
			fc.record({
				prefix: fc.nat(prefixCount - 1),
				bornMs: fc.constant(0),
				// After the first sweep.
				diesMs: fc.integer({ min: startMs + 10 * minuteMs, max: startMs + 60 * minuteMs }),
				changesMs: fc.constant([]),
				ours: fc.constant(null),
			}),
			{ minLength: 1, maxLength: 6 },
		),
		weather: fc.array(
			fc.record({
				takesMs: fc.nat(300),
				lags: fc.array(place, { minLength: 1, maxLength: 3 }),
				fault: fc.constant(null),
			}),
			{ minLength: 1, maxLength: 7 },
		),
		lateMs: fc.array(fc.nat(3000), { minLength: 1, maxLength: 5 }),
		keepsPrefixes: fc.boolean(),
	}),
);

describe("the watch", () => {
	it("reports every loss within the interval and three minutes, if looks succeed", () => {
		fc.assert(
			fc.property(aCourse, (course) => {
				const { watch } = run(course, startMs + 90 * minuteMs);
				const { intervalMs } = intervalsOf(course.intervalMs, course.prefixCount + 1);
				for (const [index, { diesMs }] of course.lives.entries()) {
					const reports = watch.findings.filter(
						({ finding }) => finding.kind === "disappeared" && finding.lifetime.bindingId === bindingIdOf(index),
					);
					expect(reports).toHaveLength(1);
					expect((reports[0]?.atMs ?? 0) - diesMs).toBeLessThanOrEqual(intervalMs + 3 * minuteMs);
					expect((reports[0]?.atMs ?? 0) - diesMs).toBeGreaterThanOrEqual(0);
				}
				expect(watch.findings.map(({ finding }) => finding.kind).filter((kind) => kind !== "disappeared")).toEqual([]);
			}),
			{ numRuns: Number(process.env.WATCH_RUNS ?? 150) },
		);
	}, 180_000);

	it.each([3, 5, 10, 20])("reports a loss in time that the last look just missed: %i minutes", (minutes) => {
		const weather = [{ takesMs: 100, lags: [0], fault: null }];
		const quiet = { intervalMs: minutes * minuteMs, prefixCount: 3, lives: [], weather, lateMs: [1000] };
		const looks = run({ ...quiet, keepsPrefixes: true }, startMs + 90 * minuteMs).watch.calls.filter(
			({ order, atMs }) =>
				order.look === "prefix" && order.prefixId === prefixIdOf(1) && atMs > startMs + 30 * minuteMs,
		);
		// Gone for nearly as long as a list can lag when this look still shows it.
		const diesMs = (looks[0]?.atMs ?? 0) - lagMs + 1;
		const lives = [{ ...alone, prefix: 1, diesMs }];
		const { watch } = run({ ...quiet, lives, keepsPrefixes: true }, startMs + 90 * minuteMs);
		const reports = watch.findings.filter(({ finding }) => finding.kind === "disappeared");
		expect(reports).toHaveLength(1);
		const tookMs = (reports[0]?.atMs ?? 0) - diesMs;
		expect(tookMs).toBeLessThanOrEqual((minutes + 3) * minuteMs);
		expect(tookMs).toBeGreaterThan((minutes + 2) * minuteMs);
	});

	it.each([
		["their prefixes too", false],
		["their prefixes stay", true],
	])("keeps the interval it says where it had to grow, and its share of the limit (%s)", (_, keepsPrefixes) => {
		const prefixCount = 700;
		const lives = Array.from({ length: 60 }, (_, index) => ({
			...alone,
			prefix: index * 11,
			diesMs: startMs + 60 * minuteMs,
		}));
		const weather = [{ takesMs: 100, lags: [0], fault: null }];
		const course = { intervalMs: 10 * minuteMs, prefixCount, lives, weather, lateMs: [500, 1500, 0], keepsPrefixes };
		const { watch } = run(course, startMs + 100 * minuteMs);
		const { intervalMs } = intervalsOf(10 * minuteMs, prefixCount + 1);
		expect([intervalMs > 15 * minuteMs, intervalMs < 20 * minuteMs]).toEqual([true, true]);
		const lost = watch.findings.filter(({ finding }) => finding.kind === "disappeared");
		expect(lost).toHaveLength(60);
		const lastMs = Math.max(...lost.map(({ atMs }) => atMs));
		expect(lastMs).toBeLessThanOrEqual(startMs + 60 * minuteMs + intervalMs + 3 * minuteMs);
		const times = timesOf(watch.calls, false);
		expect(mostIn(times, 5 * minuteMs)).toBeLessThanOrEqual(300);
		expect(mostIn(times, 5 * minuteMs)).toBeGreaterThan(230);
	});

	it("keeps second looks within half of the limit when hundreds of prefixes are gone at once", () => {
		const prefixCount = 700;
		const lives = Array.from({ length: prefixCount }, (_, prefix) => ({
			...alone,
			prefix,
			diesMs: startMs + 30 * minuteMs,
		}));
		const weather = [{ takesMs: 50, lags: [1], fault: null }];
		const course = { intervalMs: 9 * minuteMs, prefixCount, lives, weather, lateMs: [0], keepsPrefixes: false };
		const { watch } = run(course, startMs + 60 * minuteMs);
		expect(watch.findings.filter(({ finding }) => finding.kind === "disappeared")).toHaveLength(prefixCount);
		const times = timesOf(watch.calls, true);
		expect(times.length).toBeGreaterThan(prefixCount);
		expect(mostIn(times, 5 * minuteMs)).toBeLessThanOrEqual(600);
		expect(mostIn(times, 5 * minuteMs)).toBeGreaterThan(500);
	});

	it("asks about every prefix once a period, and not more often", () => {
		const prefixCount = 45;
		const weather = [{ takesMs: 100, lags: [1], fault: null }];
		const course = { intervalMs: 10 * minuteMs, prefixCount, lives: [], weather, lateMs: [200], keepsPrefixes: true };
		const { watch, alarms } = run(course, startMs + 600 * minuteMs);
		const sweeps = (600 * minuteMs) / intervalsOf(10 * minuteMs, prefixCount + 1).periodMs;
		const reads = watch.calls.filter(({ order }) => order.look === "bgp").length;
		const looks = watch.calls.length - reads;
		expect(looks / (2 + prefixCount)).toBeGreaterThan(sweeps - 1);
		expect(looks / (2 + prefixCount)).toBeLessThan(sweeps + 2);
		// What is announced of each, once an hour.
		expect(reads / (1 + prefixCount)).toBeGreaterThanOrEqual(9);
		expect(reads / (1 + prefixCount)).toBeLessThanOrEqual(10);
		// The list of prefixes, and three slots.
		expect(alarms).toBeLessThan(4 * (sweeps + 2));
	});
});
