// The watch's tables: which lifetimes a question finds, and how slots are kept.
import { expect, it } from "vitest";
import {
	countOpen,
	goneSince,
	keepLifetimes,
	keepSlot,
	lifetimesIn,
	lifetimesSince,
	missedLifetimes,
	prefixOf,
	pruneLifetimes,
	readSlots,
	wasSeen,
} from "../../../src/ledger/watch/lifetimes.ts";
import { lifetimeOf } from "../../../src/watch/lifetime.ts";
import { bindingOf, id } from "../../deletion/world.ts";
import { noonMs, sqlOf } from "../a-storage.ts";

const [there, missed, gone] = ["a1", "a2", "a3"].map((one, index) =>
	lifetimeOf(bindingOf(id(one), `203.0.113.${index * 64}/26`), id("f1"), "first_look", noonMs),
);
if (there === undefined || missed === undefined || gone === undefined) throw new Error("no lifetimes");
const rows = [
	there,
	{ ...missed, prefixId: id("f2"), missedMs: noonMs + 1 },
	{ ...gone, closed: "disappeared" as const, missedMs: noonMs + 2, goneSinceMs: noonMs + 2, closedMs: noonMs + 9 },
];

it("finds lifetimes by prefix, by binding, by what was missed, and by when they ended", () => {
	const sql = sqlOf();
	keepLifetimes(sql, rows);
	expect(lifetimesIn(sql, id("f1"))).toEqual([rows[0], rows[2]]);
	expect(prefixOf(sql, id("a2"))).toBe(id("f2"));
	expect([wasSeen(sql, id("a3")), wasSeen(sql, id("a4")), prefixOf(sql, id("a4"))]).toEqual([true, false, null]);
	expect(missedLifetimes(sql)).toEqual([rows[1]]);
	expect([goneSince(sql, noonMs + 2), goneSince(sql, noonMs + 3)]).toEqual([[rows[2]], []]);
	expect([lifetimesSince(sql, noonMs + 2).length, lifetimesSince(sql, noonMs + 3).length]).toEqual([3, 2]);
	expect(countOpen(sql)).toBe(2);
});

it("drops only what ended before a time", () => {
	const sql = sqlOf();
	keepLifetimes(sql, rows);
	pruneLifetimes(sql, noonMs + 2);
	expect(lifetimesSince(sql, 0)).toHaveLength(3);
	pruneLifetimes(sql, noonMs + 3);
	expect(lifetimesSince(sql, 0)).toEqual([rows[0], rows[1]]);
});

it("keeps a slot with its prefixes", () => {
	const sql = sqlOf();
	const prefix = { prefixId: id("f1"), cidr: "203.0.113.0/24", isListed: true, fromStart: true };
	const slot = { slot: 1, triedMs: null, prefixes: [{ ...prefix, lookedMs: noonMs, failedMs: null }] };
	keepSlot(sql, { slot: 0, triedMs: noonMs, prefixes: [] });
	keepSlot(sql, { ...slot, prefixes: [] });
	keepSlot(sql, slot);
	expect(readSlots(sql)).toEqual([{ slot: 0, triedMs: noonMs, prefixes: [] }, slot]);
});
