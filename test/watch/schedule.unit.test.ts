import { describe, expect, it } from "vitest";
import { lagMs } from "../../src/deletion/limits.ts";
import { type Lifetime, lifetimeOf } from "../../src/watch/lifetime.ts";
import { freshPace } from "../../src/watch/pace.ts";
import { planLooks } from "../../src/watch/schedule.ts";
import type { Slot, WatchedPrefix } from "../../src/watch/slots.ts";
import { bindingOf, id } from "../deletion/world.ts";

const intervalMs = 600_000;
const nowMs = 100_000_000;
const prefix = (name: string, change: Partial<WatchedPrefix> = {}): WatchedPrefix => ({
	prefixId: id(name),
	cidr: "203.0.113.0/24",
	isListed: true,
	fromStart: true,
	lookedMs: nowMs,
	failedMs: null,
	announcement: { askedMs: nowMs, read: { atMs: nowMs, bgpPrefixes: [] }, isDenied: false },
	...change,
});
const unread = ({ announcement: _, ...rest }: WatchedPrefix): WatchedPrefix => rest;
/** Slot 0 and one slot, both just looked at. */
const resting = (...prefixes: WatchedPrefix[]): Slot[] => [
	{ slot: 0, triedMs: nowMs, prefixes: [] },
	{ slot: 1, triedMs: nowMs, prefixes },
];
const missed = (name: string, prefixName: string, change: Partial<Lifetime> = {}): Lifetime => ({
	...lifetimeOf(bindingOf(id(name), "203.0.113.0/24"), id(prefixName), "first_look", 0),
	missedMs: nowMs,
	...change,
});
const plan = (slots: Slot[], lifetimes: Lifetime[], atMs: number, pace = freshPace) =>
	planLooks(slots, lifetimes, pace, intervalMs, atMs);
const secondMs = nowMs + lagMs + 1000;

describe("planLooks", () => {
	it("begins with the list of prefixes, then looks at one slot in an alarm", () => {
		const slots = resting(prefix("a1"), prefix("a2")).map((slot) => ({ ...slot, triedMs: null }));
		expect(plan(slots, [], nowMs)).toEqual({ second: [], ordinary: [{ look: "account" }], slot: 0, nextMs: nowMs });
		const [, slot] = slots;
		expect(slot && plan([{ slot: 0, triedMs: nowMs, prefixes: [] }, slot], [], nowMs)).toMatchObject({
			ordinary: [
				{ look: "prefix", prefixId: id("a1") },
				{ look: "prefix", prefixId: id("a2") },
			],
			slot: 1,
		});
	});

	it("waits for the first turn if nothing is due", () => {
		const { second, ordinary, slot, nextMs } = plan(resting(prefix("a1")), [], nowMs);
		expect([second, ordinary, slot]).toEqual([[], [], null]);
		expect(nextMs).toBeGreaterThan(nowMs);
		expect(plan(resting(prefix("a1")), [], nextMs - 1).slot).toBeNull();
		expect(plan(resting(prefix("a1")), [], nextMs).slot).not.toBeNull();
	});

	it("does not look before the pace allows it", () => {
		const slots = resting(prefix("a1")).map((slot) => ({ ...slot, triedMs: null }));
		const pace = { ordinaryMs: nowMs + 5000, secondMs: 0 };
		expect(plan(slots, [], nowMs, pace)).toMatchObject({ ordinary: [], slot: null, nextMs: nowMs + 5000 });
		const suspect = missed("b1", "a1");
		const slow = { ordinaryMs: 0, secondMs: secondMs + 7000 };
		expect(plan(resting(prefix("a1")), [suspect], secondMs, slow)).toMatchObject({
			second: [],
			nextMs: secondMs + 7000,
		});
	});

	it("looks again a little more than the lag after the first miss", () => {
		const lifetimes = [missed("b1", "a1"), missed("b2", "a1", { missedMs: nowMs + 9000 })];
		expect(plan(resting(prefix("a1")), lifetimes, nowMs)).toMatchObject({ second: [], nextMs: secondMs });
		expect(plan(resting(prefix("a1")), lifetimes, secondMs - 1).second).toEqual([]);
		expect(plan(resting(prefix("a1")), lifetimes, secondMs).second).toEqual([{ look: "prefix", prefixId: id("a1") }]);
	});

	it("asks for the list of prefixes again, once, if prefixes are not listed", () => {
		const slots = resting(prefix("a1", { isListed: false }), prefix("a2", { isListed: false }), prefix("a3"));
		const lifetimes = [missed("b1", "a1"), missed("b2", "a2")];
		expect(plan(slots, lifetimes, secondMs).second).toEqual([{ look: "account" }]);
	});

	it("asks for each binding by its id after its second miss, and still looks for the others", () => {
		const lifetimes = [
			missed("b2", "a1", { missedMs: nowMs + 1000, missedAgainMs: secondMs }),
			missed("b1", "a1", { missedAgainMs: secondMs }),
			missed("b3", "a1", { missedMs: nowMs + 2000 }),
		];
		const ask = (name: string) => ({ look: "binding", prefixId: id("a1"), bindingId: id(name) });
		const asked = [ask("b1"), ask("b2")];
		expect(plan(resting(prefix("a1")), lifetimes, secondMs)).toMatchObject({ second: asked, nextMs: secondMs });
		expect(plan(resting(prefix("a1")), lifetimes, secondMs + 2000).second).toEqual([
			...asked,
			{ look: "prefix", prefixId: id("a1") },
		]);
	});

	it("asks for one binding of each prefix if more than ten are missed", () => {
		const lost = (count: number) =>
			Array.from({ length: count }, (_, index) =>
				missed(`b${index}f`, index % 2 === 0 ? "a1" : "a2", { missedAgainMs: secondMs }),
			);
		const seconds = (count: number) => plan(resting(prefix("a1"), prefix("a2")), lost(count), secondMs).second;
		expect(seconds(10)).toHaveLength(10);
		expect(seconds(11)).toHaveLength(2);
	});

	it("waits half a minute after a failed look before the next second look", () => {
		const failed = resting(prefix("a1", { failedMs: secondMs }));
		for (const suspect of [missed("b1", "a1"), missed("b1", "a1", { missedAgainMs: secondMs })]) {
			expect(plan(failed, [suspect], secondMs + 29_999)).toMatchObject({ second: [], nextMs: secondMs + 30_000 });
			expect(plan(failed, [suspect], secondMs + 30_000).second).toHaveLength(1);
		}
	});

	it("asks nothing about bindings that are shown or gone", () => {
		const lifetimes = [
			missed("b1", "a1", { missedMs: null }),
			missed("b2", "a1", { missedAgainMs: secondMs, closed: "disappeared" }),
		];
		expect(plan(resting(prefix("a1")), lifetimes, secondMs).second).toEqual([]);
	});

	it("reads what is announced of three prefixes with a slot's looks, those that waited longest first", () => {
		const asked = (name: string, askedMs: number) =>
			prefix(name, { announcement: { askedMs, read: null, isDenied: false } });
		const atMs = nowMs + 3_600_000;
		const held = [asked("a1", nowMs), asked("a2", nowMs + 1), asked("a3", nowMs - 1), asked("a4", nowMs - 2)];
		const due = plan(
			resting(...held, unread(prefix("a5"))).filter(({ slot }) => slot === 1),
			[],
			atMs,
		).ordinary;
		expect(due.filter(({ look }) => look === "prefix")).toHaveLength(5);
		expect(due.filter(({ look }) => look === "bgp")).toEqual(
			["a5", "a4", "a3"].map((name) => ({ look: "bgp", prefixId: id(name) })),
		);
	});

	it("makes at most 40 calls, and leaves room for a full slot beside second looks", () => {
		const names = Array.from({ length: 60 }, (_, index) => `a${index}f`);
		const slots: Slot[] = [
			{ slot: 0, triedMs: nowMs, prefixes: [] },
			...[0, 1, 2].map((part) => ({
				slot: 1 + part,
				triedMs: part === 2 ? null : nowMs,
				prefixes: names.slice(part * 20, part * 20 + 20).map((name) => unread(prefix(name))),
			})),
		];
		const lifetimes = names.map((name, index) => missed(`b${index}f`, name));
		const { second, ordinary, slot } = plan(slots, lifetimes, secondMs);
		expect([second.length, ordinary.length, slot]).toEqual([17, 23, 3]);
		const rested = slots.map((one) => ({ ...one, triedMs: secondMs }));
		expect(plan(rested, lifetimes, secondMs).second).toHaveLength(40);
	});

	it("does not look at prefixes that are not listed, and gives their slots no turn", () => {
		const slots = resting(prefix("a1", { isListed: false }), prefix("a2")).map((slot) => ({ ...slot, triedMs: nowMs }));
		expect(plan(slots, [], nowMs + intervalMs).ordinary).not.toContainEqual({ look: "prefix", prefixId: id("a1") });
		const empty = [
			{ slot: 0, triedMs: nowMs, prefixes: [] },
			{ slot: 1, triedMs: null, prefixes: [prefix("a1", { isListed: false })] },
		];
		expect(plan(empty, [], nowMs)).toMatchObject({ ordinary: [], slot: null });
		expect(plan(empty, [], nowMs).nextMs).toBeGreaterThan(nowMs);
	});
});
