// Whatever the looks, their order and their lag: the watch reports no loss that did not happen.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { lagMs } from "../../src/deletion/limits.ts";
import { aWeather, bindingIdOf, calm, createChangingAccount, type Prefixed, prefixIdOf } from "./a-changing-account.ts";
import { createWatch } from "./a-watch.ts";

const startMs = 10_000_000;
const spanMs = 15 * lagMs;
const anyTime = fc.integer({ min: startMs - 2 * lagMs, max: startMs + spanMs });
const aLife: fc.Arbitrary<Prefixed> = fc.record({
	prefix: fc.nat(1),
	bornMs: fc.oneof(fc.constant(0), fc.integer({ min: startMs, max: startMs + lagMs }), anyTime),
	diesMs: fc.oneof(fc.constant(Number.POSITIVE_INFINITY), anyTime),
	changesMs: fc.array(anyTime, { maxLength: 2 }),
	ours: fc.option(fc.record({ beforeMs: fc.nat(lagMs), afterMs: fc.oneof(fc.nat(5000), fc.nat(8 * lagMs)) }), {
		freq: 2,
	}),
});
const aStep = (faults: Parameters<typeof aWeather>[0]) =>
	fc.record({
		look: fc.constantFrom("account", "prefix", "prefix", "second", "second"),
		prefix: fc.nat(1),
		// Often at the very edge of the lag.
		waitMs: fc.oneof(fc.nat(3000), fc.nat(30_000), fc.constantFrom(lagMs - 1, lagMs, lagMs + 1001), fc.nat(3 * lagMs)),
		weather: aWeather(faults),
	});
const faults = ["failed", "repeated", "no_prefixes"] as const;
const bound = (life: Prefixed) => life.bornMs < life.diesMs;

function looked(lives: Prefixed[], steps: { look: string; prefix: number; waitMs: number; weather: typeof calm }[]) {
	let weather = calm;
	const account = createChangingAccount(lives, 3, () => weather);
	const watch = createWatch(account);
	let nowMs = watch.take({ look: "account" }, startMs);
	for (const step of steps) {
		nowMs += step.waitMs;
		weather = step.weather;
		const { second } = watch.plan(600_000, nowMs);
		const order =
			step.look === "second"
				? second[step.prefix % Math.max(1, second.length)]
				: step.look === "account"
					? ({ look: "account" } as const)
					: ({ look: "prefix", prefixId: prefixIdOf(step.prefix) } as const);
		if (order !== undefined) nowMs = watch.take(order, nowMs);
	}
	return { watch, account, nowMs };
}

const lifeOf = (lives: Prefixed[], bindingId: string) => lives.find((_, index) => bindingIdOf(index) === bindingId);

describe("honest looks, each binding lagging by itself", () => {
	const lives = fc.array(aLife, { minLength: 1, maxLength: 8 }).map((some) => some.filter(bound));
	const steps = fc.array(aStep(faults), { minLength: 10, maxLength: 40 });

	it("never report a loss before it happened, nor one of ours, and know when it was last shown", () => {
		let losses = 0;
		fc.assert(
			fc.property(lives, steps, (some, todo) => {
				const { watch, account } = looked(some, todo);
				for (const { atMs, finding } of watch.findings) {
					if (finding.kind !== "disappeared") continue;
					losses++;
					const life = lifeOf(some, finding.lifetime.bindingId);
					expect(life?.diesMs).toBeLessThanOrEqual(atMs);
					expect(life?.ours).toBeNull();
					expect(account.lastShownMs(finding.lifetime.bindingId)).toBe(finding.lifetime.seenMs);
				}
			}),
			{ numRuns: 3000 },
		);
		expect(losses).toBeGreaterThan(300);
	}, 120_000);

	it("never report a binding that is so new that some looks show it and others don't", () => {
		const aNewLife = fc.record({
			prefix: fc.constant(0),
			bornMs: fc.integer({ min: startMs - lagMs, max: startMs + lagMs }),
			diesMs: fc.oneof(fc.constant(0), fc.constant(Number.POSITIVE_INFINITY), fc.constant(startMs + lagMs)),
			changesMs: fc.constant([]),
			ours: fc.constant(null),
		});
		const aQuickStep = fc.record({
			look: fc.constantFrom("prefix", "second"),
			prefix: fc.constant(0),
			waitMs: fc.oneof(fc.nat(100), fc.nat(20_000), fc.constantFrom(lagMs - 1, lagMs, lagMs + 1)),
			weather: aWeather([null]),
		});
		const newLives = fc.array(aNewLife, { minLength: 1, maxLength: 3 }).map((some) => some.filter(bound));
		fc.assert(
			fc.property(newLives, fc.array(aQuickStep, { minLength: 6, maxLength: 20 }), (some, todo) => {
				for (const { atMs, finding } of looked(some, todo).watch.findings)
					if (finding.kind === "disappeared")
						expect(lifeOf(some, finding.lifetime.bindingId)?.diesMs).toBeLessThanOrEqual(atMs);
			}),
			{ numRuns: 4000 },
		);
	}, 120_000);

	it("never report a change of service that did not happen", () => {
		let changes = 0;
		fc.assert(
			fc.property(lives, steps, (some, todo) => {
				const { watch } = looked(some, todo);
				const seen = watch.findings.flatMap(({ finding }) => (finding.kind === "changed" ? [finding.before] : []));
				changes += seen.length;
				for (const [index, life] of some.entries()) {
					const reported = seen.filter(({ bindingId }) => bindingId === bindingIdOf(index)).length;
					expect(reported).toBeLessThanOrEqual(life.changesMs.length);
				}
			}),
			{ numRuns: 2000 },
		);
		expect(changes).toBeGreaterThan(100);
	}, 120_000);

	it("never report that a binding is back, and keep at most one open lifetime of each", () => {
		fc.assert(
			fc.property(lives, steps, (some, todo) => {
				const { watch } = looked(some, todo);
				const open = watch.lifetimes().filter(({ closed }) => closed === null);
				expect(new Set(open.map(({ bindingId }) => bindingId)).size).toBe(open.length);
				expect(watch.lifetimes().filter(({ opened }) => opened === "returned")).toEqual([]);
			}),
			{ numRuns: 2000 },
		);
	}, 120_000);
});

describe("lists that lack some bindings for as long as they like", () => {
	const many = fc.array(
		fc.record({
			prefix: fc.constant(0),
			bornMs: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: anyTime }),
			diesMs: fc.oneof(fc.constant(Number.POSITIVE_INFINITY), anyTime),
			changesMs: fc.constant([]),
			ours: fc.constant(null),
			hiddenMs: fc.oneof(fc.constant(Number.POSITIVE_INFINITY), anyTime),
		}),
		{ minLength: 2, maxLength: 10 },
	);
	const steps = fc.array(aStep(["failed"]), { minLength: 10, maxLength: 40 });

	it("never make a loss of one that is there, though others of the prefix are gone", () => {
		const count = { losses: 0, falsely: 0, missedThere: 0 };
		fc.assert(
			fc.property(
				many.map((some) => some.filter(bound)),
				steps,
				(some, todo) => {
					const { watch, nowMs } = looked(some, todo);
					for (const { atMs, finding } of watch.findings) {
						if (finding.kind !== "disappeared") continue;
						count.losses++;
						if ((lifeOf(some, finding.lifetime.bindingId)?.diesMs ?? 0) > atMs) count.falsely++;
					}
					count.missedThere += watch
						.lifetimes()
						.filter(({ closed, missedAgainMs }) => closed === null && missedAgainMs !== null)
						.filter(({ bindingId }) => (lifeOf(some, bindingId)?.diesMs ?? 0) > nowMs).length;
				},
			),
			{ numRuns: Number(process.env.WATCH_RUNS ?? 1000) },
		);
		expect(count.falsely).toBe(0);
		// The worlds are what they should be: many losses, and many that two lists lacked wrongly.
		expect(count.losses).toBeGreaterThan(100);
		expect(count.missedThere).toBeGreaterThan(100);
	}, 120_000);
});

describe("dishonest faults", () => {
	it("never make a loss of a binding that stays", () => {
		const standing = fc.array(
			aLife.map((life) => ({ ...life, bornMs: 0, diesMs: Number.POSITIVE_INFINITY, ours: null })),
			{ minLength: 1, maxLength: 8 },
		);
		fc.assert(
			fc.property(standing, fc.array(aStep(faults), { minLength: 10, maxLength: 40 }), (some, todo) => {
				const { watch } = looked(some, todo);
				expect(watch.lifetimes().filter(({ closed }) => closed === "disappeared")).toEqual([]);
				expect(watch.lifetimes().filter(({ missedMs }) => missedMs !== null)).toEqual([]);
			}),
			{ numRuns: Number(process.env.WATCH_RUNS ?? 1000) },
		);
	}, 60_000);
});
