import { expect, it } from "vitest";
import { lagMs } from "../../../src/deletion/limits.ts";
import { boundAt, checkGone, isThere } from "../../../src/deletion/lookup/presence.ts";
import { recordIn, binding as seen } from "../../notify/records.ts";
import { edge, takeAway, worldOf } from "../a-deletion.ts";
import { fault, id, type World } from "../world.ts";

const binding = { ...seen, prefix_id: edge.id, id: id("b1"), cidr: "203.0.113.0/26" };
const isNew = { ...binding, provisioning: { state: "provisioning" } };
const gone = (): World => {
	const world = worldOf();
	takeAway(world);
	return world;
};

it("takes a 404 as a loss only if the prefix is still listed", async () => {
	const world = gone();
	expect(await checkGone(binding, world.clock.nowMs, world.ports)).toBe("gone");
	const { cloudflare } = world.ports;
	const noPrefixes = { ...cloudflare, listPrefixes: async () => ({ ok: false as const, failure: fault.unclear }) };
	expect(await checkGone(binding, world.clock.nowMs, { ...world.ports, cloudflare: noPrefixes })).toBe("unclear");
});

it("concludes nothing from a 404 for a new binding while reads may lag", async () => {
	const world = gone();
	const seenAtMs = world.clock.nowMs;
	expect(await checkGone(isNew, seenAtMs, world.ports)).toBe("unclear");
	world.clock.nowMs += lagMs;
	expect(await checkGone(isNew, seenAtMs, world.ports)).toBe("gone");
});

it("sees a binding that is there, and nothing if Cloudflare can't be read or the record names no binding", async () => {
	const world = worldOf();
	expect(await checkGone(binding, 0, world.ports)).toBe("there");
	world.misbehave = () => fault.unclear;
	expect(await checkGone(binding, 0, world.ports)).toBe("unclear");
	expect(await checkGone(null, 0, world.ports)).toBe("unclear");
	expect(await checkGone({ ...binding, id: ".." }, 0, world.ports)).toBe("unclear");
});

it("takes our own deletion's word over a list that lags", async () => {
	const world = worldOf();
	const settled_at = new Date(world.clock.nowMs).toISOString();
	world.journal.storeSettled(recordIn("deleted", { binding, settled_at }));
	expect(await isThere(edge.id, { id: id("b1") }, world.ports)).toEqual({ ok: true, value: false });
	expect(await boundAt(binding, world.ports)).toEqual({ ok: true, value: null });
	world.clock.nowMs += lagMs + 1;
	expect(await boundAt(binding, world.ports)).toMatchObject({ ok: true, value: { id: id("b1") } });
});
