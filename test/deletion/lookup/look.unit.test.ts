import { expect, it } from "vitest";
import { lagMs } from "../../../src/deletion/limits.ts";
import { boundAt, isThere, lookForLoss } from "../../../src/deletion/lookup/look.ts";
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
	expect(await lookForLoss(binding, world.clock.nowMs, world.ports)).toBe("done");
	const { cloudflare } = world.ports;
	const noPrefixes = { ...cloudflare, listPrefixes: async () => ({ ok: false as const, failure: fault.unclear }) };
	expect(await lookForLoss(binding, world.clock.nowMs, { ...world.ports, cloudflare: noPrefixes })).toBe("nothing");
});

it("concludes nothing from a 404 for a new binding while reads may lag", async () => {
	const world = gone();
	const seenAtMs = world.clock.nowMs;
	expect(await lookForLoss(isNew, seenAtMs, world.ports)).toBe("nothing");
	world.clock.nowMs += lagMs;
	expect(await lookForLoss(isNew, seenAtMs, world.ports)).toBe("done");
});

it("sees a binding that is there, and nothing if Cloudflare can't be read or the record names no binding", async () => {
	const world = worldOf();
	expect(await lookForLoss(binding, 0, world.ports)).toBe("not_done");
	world.misbehave = () => fault.unclear;
	expect(await lookForLoss(binding, 0, world.ports)).toBe("nothing");
	expect(await lookForLoss(null, 0, world.ports)).toBe("nothing");
	expect(await lookForLoss({ ...binding, id: ".." }, 0, world.ports)).toBe("nothing");
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
