import { describe, expect, it } from "vitest";
import { type Lifetime, lifetimeOf, type Opened } from "../../src/watch/lifetime.ts";
import { accountAt, changesBetween, isAfter, placeOf } from "../../src/watch/past.ts";
import { bindingOf, id } from "../deletion/world.ts";

const life = (name: string, opened: Opened, firstSeenMs: number, end: Partial<Lifetime> = {}): Lifetime => ({
	...lifetimeOf(bindingOf(id(name), "203.0.113.0/24"), id("a1"), opened, firstSeenMs),
	...end,
});
const ended = (closed: "disappeared" | "deleted" | "changed", goneSinceMs: number) => ({ closed, goneSinceMs });

const stays = life("b1", "first_look", 1000);
const lost = life("b2", "first_look", 1000, ended("disappeared", 3000));
const deleted = life("b3", "appeared", 2000, ended("deleted", 4000));
const before = life("b4", "first_look", 1000, ended("changed", 5000));
const after = life("b4", "changed", 5000);
const restored = life("b5", "restored", 6000);
const all = [restored, after, before, deleted, lost, stays];

describe("accountAt", () => {
	it.each([
		[1000, [before, lost, stays]],
		[1999, [before, lost, stays]],
		[2000, [before, deleted, lost, stays]],
		[2999, [before, deleted, lost, stays]],
		[3000, [before, deleted, stays]],
		[4999, [before, stays]],
		[5000, [after, stays]],
		[9000, [restored, after, stays]],
	])("shows the account as it was at %i", (atMs, there) => {
		expect(accountAt(all, atMs, 1000)).toEqual(there);
	});

	it("counts what the first look of a prefix showed as there since the watch began", () => {
		expect(accountAt(all, 500, 500)).toEqual([before, lost, stays]);
	});

	it("knows nothing of the time before the watch began", () => {
		expect(accountAt(all, 999, 1000)).toBeNull();
		expect(accountAt([], 1000, 1000)).toEqual([]);
	});
});

describe("changesBetween", () => {
	it("lists what appeared, disappeared and changed, oldest first", () => {
		expect(changesBetween(all, 0, 9000)).toEqual([
			{ change: "appeared", atMs: 2000, lifetime: deleted },
			{ change: "disappeared", atMs: 3000, lifetime: lost },
			{ change: "disappeared", atMs: 4000, lifetime: deleted },
			{ change: "changed", atMs: 5000, before, after },
			{ change: "appeared", atMs: 6000, lifetime: restored },
		]);
	});

	it.each([
		[2000, 3000, [3000]],
		[1999, 2999, [2000]],
		[3000, 3000, []],
		[4999, 5000, [5000]],
	])("starts after %i and includes %i", (sinceMs, untilMs, times) => {
		expect(changesBetween(all, sinceMs, untilMs).map(({ atMs }) => atMs)).toEqual(times);
	});

	it("gives each change its own place, in the order of the list", () => {
		const together = ["c3", "c1", "c2"].map((name) => life(name, "appeared", 2000));
		const places = changesBetween([...all, ...together], 0, 9000).map(placeOf);
		expect(places).toHaveLength(8);
		for (const [index, place] of places.entries())
			expect(places.filter((other) => isAfter(other, place))).toEqual(places.slice(index + 1));
	});
});
