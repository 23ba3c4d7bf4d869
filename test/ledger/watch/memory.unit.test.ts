// What a look changes in the watch's memory: all of it in one transaction, or nothing.
import { expect, it } from "vitest";
import { lifetimesIn, missedLifetimes } from "../../../src/ledger/watch/lifetimes.ts";
import { memoryOf, minute, one, prefixId } from "./a-memory.ts";

const isGone = { prefixId, bindingId: one.id, seen: "missing" as const };

it("takes a loss once two lists and a read by its id agree, and judges the losses once", () => {
	const { storage, memory, findings, masses, miss } = memoryOf();
	expect([findings, memory.leftIn(prefixId), memory.leftIn("unknown")]).toEqual([[], "some", "unknown"]);
	miss();
	expect([findings, missedLifetimes(storage.sql).length]).toEqual([[], 1]);
	memory.takeBinding({ ...isGone, ...minute(14) }, new Map());
	expect([findings, missedLifetimes(storage.sql).length]).toEqual([["disappeared"], 0]);
	for (let times = 0; times < 2; times++) memory.judgeLosses(600_000, 1, minute(15).endMs);
	expect(masses.at(-1)?.events).toHaveLength(1);
	expect(masses).toHaveLength(1);
});

it("closes no loss whose record could not be stored", () => {
	let isBroken = false;
	const { storage, memory, findings, miss } = memoryOf(() => isBroken);
	miss();
	isBroken = true;
	expect(() => memory.takeBinding({ ...isGone, ...minute(14) }, new Map())).toThrow("out of space");
	expect([findings, missedLifetimes(storage.sql).length]).toEqual([[], 1]);
	isBroken = false;
	memory.forget();
	memory.takeBinding({ ...isGone, ...minute(15) }, new Map());
	expect(findings).toEqual(["disappeared"]);
});

it("takes a deletion of ours that only KV knows for no loss", () => {
	const { storage, memory, findings, miss } = memoryOf();
	miss();
	memory.takeBinding({ ...isGone, ...minute(14) }, new Map([[one.id, minute(5).endMs]]));
	expect(findings).toEqual([]);
	expect(lifetimesIn(storage.sql, prefixId).find(({ bindingId }) => bindingId === one.id)?.closed).toBe("deleted");
});
