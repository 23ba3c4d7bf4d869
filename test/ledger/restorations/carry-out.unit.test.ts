// Many restorations over the Ledger's own tables: what they cost, and what holds them up.
import { describe, expect, it } from "vitest";
import { restoringCallsAtMost } from "../../../src/deletion/limits.ts";
import { bindingOf, fault, id, prefixOf } from "../../deletion/world.ts";
import { bindingsOf, callsOf, lost, type Many, manyPrefixes } from "./many.ts";

describe("the cost", () => {
	it("is at most 1.5 calls a binding, a list a prefix and the list of prefixes, at most 40 in an alarm", async () => {
		const many = lost(manyPrefixes(30), { leftIn: () => "none" });
		const { id: requestId } = many.request();
		let most = 0;
		for (let alarms = 0; many.show(requestId).state !== "done" && alarms < 50; alarms++) {
			const before = many.world.calls.length;
			many.world.clock.nowMs += 12_000;
			await many.alarm();
			most = Math.max(most, many.world.calls.length - before);
		}
		expect(many.show(requestId)).toMatchObject({ state: "done", counts: { restored: 120 } });
		expect(most).toBeLessThanOrEqual(40);
		expect(most).toBeGreaterThanOrEqual(restoringCallsAtMost);
		expect(callsOf(many, "create")).toHaveLength(120);
		expect(many.world.calls.length).toBeLessThanOrEqual(1.5 * 120 + 30 + 1);
		expect(bindingsOf(many)).toHaveLength(120);
	});
});

describe("what holds them up", () => {
	it("is the rate limit's reserve: nothing is called until it is over", async () => {
		let spareMs = 240_000;
		const many = lost(manyPrefixes(1), { spareMs: () => spareMs });
		const { id: requestId } = many.request();
		await many.alarm();
		expect(many.world.calls).toEqual([]);
		expect(many.restoring().nextMs()).toBe(many.world.clock.nowMs + 240_000);
		spareMs = 0;
		await many.live(requestId);
		expect(many.show(requestId).counts.restored).toBe(4);
	});

	it("is the reserve in the middle of a turn: not one more call is made", async () => {
		const many: Many = lost(manyPrefixes(2), { spareMs: () => (many.world.calls.length >= 5 ? 240_000 : 0) });
		const { id: requestId } = many.request();
		many.world.misbehave = (call) => {
			if (call.startsWith("create")) expect(many.world.calls.length).toBeLessThanOrEqual(6);
			return null;
		};
		await many.alarm();
		expect(many.world.calls.length).toBeLessThanOrEqual(6);
		expect(many.show(requestId).counts.waiting).toBeGreaterThan(4);
	});

	it("is a prefix that can't be read, while others go on", async () => {
		const many = lost(manyPrefixes(3), { leftIn: () => "none" });
		many.world.misbehave = (call) => (call.startsWith("bindings 10.0.") ? fault.unclear : null);
		const { id: requestId } = many.request();
		for (let alarms = 0; alarms < 10; alarms++) {
			many.pass();
			await many.alarm();
		}
		expect(many.show(requestId).counts).toMatchObject({ restored: 8, waiting: 4 });
		many.world.misbehave = () => null;
		await many.live(requestId);
		expect(many.show(requestId).counts.restored).toBe(12);
	});

	it("is an unclear answer: the prefix's next binding waits until it is known", async () => {
		const many = lost(manyPrefixes(1));
		let isUnreadable = false;
		many.world.misbehave = (call) => {
			if (call.startsWith("create 10.0.0.0/24")) isUnreadable = true;
			return isUnreadable ? fault.unclear : null;
		};
		const { id: requestId } = many.request();
		await many.alarm();
		expect(many.show(requestId).counts).toMatchObject({ unknown: 1, waiting: 3 });
		many.world.misbehave = () => null;
		await many.live(requestId);
		expect(many.show(requestId).counts.restored).toBe(4);
	});
});

it("a record that Cloudflare refuses fails alone", async () => {
	const losses = [
		...manyPrefixes(1),
		{ prefix: prefixOf(id("ab"), "192.0.2.0/24"), binding: bindingOf(id("bb"), "192.0.2.0/26") },
	];
	const many = lost(losses, { leftIn: () => "none" });
	const { id: requestId } = many.request();
	await many.live(requestId);
	expect(many.show(requestId).counts).toMatchObject({ restored: 4, failed: 1 });
	expect(many.show(requestId).deletions.at(-1)).toMatchObject({ cidr: "192.0.2.0/26", code: "cloudflare_refused" });
});
