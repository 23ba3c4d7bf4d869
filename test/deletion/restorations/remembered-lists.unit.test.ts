import { describe, expect, it } from "vitest";
import { listsKeptMs } from "../../../src/deletion/limits.ts";
import type { Cloudflare, ReadOptions } from "../../../src/deletion/ports.ts";
import { createRemembered } from "../../../src/deletion/restorations/remembered-lists.ts";
import { bindingOf, createWorld, fault, id, prefixOf } from "../world.ts";

const prefixId = id("a1");
const fresh = { fresh: true };

function remembering() {
	const world = createWorld([prefixOf(prefixId, "203.0.113.0/24"), [bindingOf(id("b1"), "203.0.113.0/24")]]);
	const asked: ReadOptions[] = [];
	const { cloudflare } = world.ports;
	const watched: Cloudflare = {
		...cloudflare,
		listPrefixes(read) {
			asked.push(read);
			return cloudflare.listPrefixes(read);
		},
	};
	let counted = 0;
	const remembered = createRemembered(
		() => watched,
		() => world.clock.nowMs,
		() => {
			counted += 1;
		},
	);
	return { world, asked, counted: () => counted, ...remembered };
}

describe("a list that was read for one restoration", () => {
	it("serves the next ones for a short while, and is read with care for the rate limit", async () => {
		const { world, checking, asked, counted } = remembering();
		const first = await checking.listPrefixes(fresh);
		world.clock.nowMs += listsKeptMs - 1;
		expect(await checking.listPrefixes(fresh)).toBe(first);
		expect(asked).toEqual([{ fresh: true, sparing: true }]);
		expect(counted()).toBe(1);
		world.clock.nowMs += 1;
		await checking.listPrefixes(fresh);
		expect(counted()).toBe(2);
	});

	it("is requested once by two at the same time", async () => {
		const { world, checking } = remembering();
		await Promise.all([checking.listBindings(prefixId, fresh), checking.listBindings(prefixId, fresh)]);
		expect(world.calls).toHaveLength(1);
	});

	it("is not kept if it failed", async () => {
		const { world, checking } = remembering();
		world.misbehave = () => fault.unclear;
		expect((await checking.listBindings(prefixId, fresh)).ok).toBe(false);
		world.misbehave = () => null;
		expect((await checking.listBindings(prefixId, fresh)).ok).toBe(true);
	});

	it("is no evidence for a look after a call", async () => {
		const { world, checking, sending } = remembering();
		await checking.listBindings(prefixId, fresh);
		await sending.listBindings(prefixId, fresh);
		expect(world.calls).toHaveLength(2);
	});
});
