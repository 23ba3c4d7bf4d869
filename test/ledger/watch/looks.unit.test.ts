// One look: what is asked, and what an answer that proves nothing leaves as it was.
import { expect, it } from "vitest";
import type { Cloudflare } from "../../../src/deletion/ports.ts";
import { fail, ok } from "../../../src/deletion/result.ts";
import { missedLifetimes } from "../../../src/ledger/watch/lifetimes.ts";
import { createLook } from "../../../src/ledger/watch/looks.ts";
import { fault } from "../../deletion/world.ts";
import { memoryOf, minute, one, other, prefixId } from "./a-memory.ts";

const dayMs = 24 * 3_600_000;
const binding = { look: "binding" as const, prefixId, bindingId: one.id };

function looking(cloudflare: Partial<Cloudflare>, nowMs: number, deletionInKv: () => Promise<number | null>) {
	const given = memoryOf();
	const look = createLook(given.storage.sql, given.memory, {
		cloudflare: cloudflare as Cloudflare,
		now: () => nowMs,
		deletionInKv,
	});
	return { ...given, look };
}

it("misses nothing in a list that failed", async () => {
	const { look, storage } = looking(
		{ listBindings: async () => fail(fault.unclear) },
		minute(10).beginMs,
		async () => null,
	);
	await look({ look: "prefix", prefixId });
	expect(missedLifetimes(storage.sql)).toEqual([]);
});

it("dates a list from when it was asked for", async () => {
	const listBindings = async () => ok({ items: [other], askedAtMs: minute(10).beginMs });
	const { look, storage } = looking({ listBindings }, minute(11).beginMs, async () => null);
	await look({ look: "prefix", prefixId });
	expect(missedLifetimes(storage.sql)).toMatchObject([{ bindingId: one.id, missedMs: minute(10).beginMs }]);
});

it.each([
	["a 404", fault.notFound, ["disappeared"]],
	["any other failure", fault.unclear, []],
])("takes %s to a read by its id for what it is", async (_, failure, found) => {
	const { look, miss, findings } = looking(
		{ getBinding: async () => fail(failure) },
		minute(14).beginMs,
		async () => null,
	);
	miss();
	await look(binding);
	expect(findings).toEqual(found);
});

it("asks KV about a binding that was last seen so long ago that our deletion may be there only", async () => {
	const getBinding = async () => fail(fault.notFound);
	const later = minute(0).beginMs + 8 * dayMs;
	const known = looking({ getBinding }, later, async () => minute(5).beginMs);
	known.miss();
	await known.look(binding);
	expect(known.findings).toEqual([]);
	const unreadable = looking({ getBinding }, later, () => Promise.reject(new Error("KV")));
	unreadable.miss();
	await unreadable.look(binding);
	expect([unreadable.findings, missedLifetimes(unreadable.storage.sql).length]).toEqual([[], 1]);
});
