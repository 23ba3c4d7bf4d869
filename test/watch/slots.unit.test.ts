import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { lifetimeOf } from "../../src/watch/lifetime.ts";
import { slotsFor, turnOf, type WatchedPrefix } from "../../src/watch/slots.ts";
import { bindingOf, id } from "../deletion/world.ts";

const prefix = (index: number, isListed = true): WatchedPrefix => ({
	prefixId: id(`a${index}f`),
	cidr: "203.0.113.0/24",
	isListed,
	fromStart: true,
	lookedMs: null,
	failedMs: null,
});
const prefixes = (count: number) => Array.from({ length: count }, (_, index) => prefix(index));

describe("slotsFor", () => {
	it("keeps slot 0 for the list of prefixes", () => {
		expect(slotsFor([], [], [])).toEqual([{ slot: 0, triedMs: null, prefixes: [] }]);
	});

	it.each([
		[1, [0, 1]],
		[20, [0, 20]],
		[21, [0, 20, 1]],
		[45, [0, 20, 20, 5]],
	])("puts %i prefixes in slots of at most 20", (count, sizes) => {
		const slots = slotsFor([], prefixes(count), []);
		expect(slots.map((slot) => slot.prefixes.length)).toEqual(sizes);
		expect(slots.map(({ slot }) => slot)).toEqual(sizes.map((_, slot) => slot));
	});

	it("leaves prefixes where they are, and makes a slot with a new one due at once", () => {
		const before = slotsFor([], prefixes(40), []).map((slot) => ({ ...slot, triedMs: 7000 }));
		const after = slotsFor(before, [...prefixes(40).toSpliced(3, 1), prefix(99)], []);
		expect(after.map(({ triedMs }) => triedMs)).toEqual([7000, null, 7000]);
		expect(after[1]?.prefixes.at(-1)).toEqual(prefix(99));
		expect(after[2]).toEqual(before[2]);
	});

	it("drops a prefix that is not listed only when none of its bindings is open", () => {
		const before = slotsFor([], prefixes(2), []);
		const listed = [prefix(0), prefix(1, false)];
		const open = lifetimeOf(bindingOf(id("b1"), "203.0.113.0/24"), id("a1f"), "appeared", 0);
		expect(slotsFor(before, listed, [open])[1]?.prefixes).toEqual(listed);
		expect(slotsFor(before, listed, [{ ...open, closed: "disappeared" }])[1]?.prefixes).toEqual([prefix(0)]);
	});
});

describe("turnOf", () => {
	const slot = (number: number, triedMs: number | null) => ({ slot: number, triedMs, prefixes: [] });

	it("is at once for a slot that was never looked at", () => expect(turnOf(slot(3, null), 5, 1000)).toBe(0));

	it("spreads the slots over the period", () => {
		expect([0, 1, 2, 3].map((number) => turnOf(slot(number, 8000), 4, 1000))).toEqual([9000, 8250, 8500, 8750]);
	});

	it("comes after the last look and at most one period later, even if the slots have changed", () => {
		const period = fc.integer({ min: 30_000, max: 1_000_000 });
		const place = fc.integer({ min: 1, max: 40 }).chain((count) => fc.tuple(fc.nat(count - 1), fc.constant(count)));
		fc.assert(
			fc.property(fc.nat(1e9), place, period, (triedMs, [number, count], periodMs) => {
				const turn = turnOf(slot(number, triedMs), count, periodMs);
				expect(turn).toBeGreaterThan(triedMs);
				expect(turn).toBeLessThanOrEqual(triedMs + periodMs);
			}),
		);
	});
});
