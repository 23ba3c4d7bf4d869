// A sender's deletions are begun a few at a time, whatever it sends.
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { startInTurns } from "../../../src/doors/webhooks/in-turn.ts";

beforeEach(() => {
	vi.useFakeTimers();
});
afterEach(() => {
	vi.useRealTimers();
});

/** A sender's messages, and what has begun and ended of them. */
function sending(sender: string) {
	const begun: number[] = [];
	const ends = new Map<number, () => void>();
	const begin = (item: number) => {
		begun.push(item);
		return new Promise<string>((resolve) => ends.set(item, () => resolve(`done ${item}`)));
	};
	return {
		begun,
		message: (items: number[], patienceMs = 4000) => startInTurns(items, sender, Date.now() + patienceMs, begin),
		async end(...items: number[]) {
			for (const item of items) ends.get(item)?.();
			await vi.advanceTimersByTimeAsync(0);
		},
		async endAll() {
			for (let count = -1; count !== begun.length; await vi.advanceTimersByTimeAsync(25)) {
				count = begun.length;
				for (const end of ends.values()) end();
			}
		},
	};
}
const upTo = (count: number, from = 0) => Array.from({ length: count }, (_, index) => from + index);

describe("a sender's deletions", () => {
	it("begin two at a time, and the next one as soon as one ends", async () => {
		const { begun, message, end, endAll } = sending("a");
		const outcomes = message(upTo(10));
		await vi.advanceTimersByTimeAsync(0);
		expect(begun).toEqual([0, 1]);
		await end(1);
		expect(begun).toEqual([0, 1, 2]);
		await end(0, 2);
		expect(begun).toEqual([0, 1, 2, 3, 4]);
		await endAll();
		expect(await outcomes).toEqual(upTo(10).map((item) => `done ${item}`));
	});

	it("make room after an eighth of a second, since waiting for Cloudflare costs nothing", async () => {
		const { begun, message, endAll } = sending("b");
		const outcomes = message(upTo(40));
		await vi.advanceTimersByTimeAsync(124);
		expect(begun).toHaveLength(2);
		await vi.advanceTimersByTimeAsync(1);
		expect(begun).toHaveLength(4);
		await vi.advanceTimersByTimeAsync(2500);
		expect(begun).toHaveLength(40);
		await endAll();
		expect(await outcomes).toHaveLength(40);
	});

	it("share the turns among all its messages, and leave other senders theirs", async () => {
		const [loud, other] = [sending("c"), sending("d")];
		const messages = [loud.message(upTo(10)), loud.message(upTo(10, 10)), other.message([0])];
		await vi.advanceTimersByTimeAsync(0);
		expect([loud.begun.length, other.begun]).toEqual([2, [0]]);
		for (let passedMs = 0; passedMs < 3000; passedMs += 25) await Promise.all([loud.endAll(), other.endAll()]);
		expect((await Promise.all(messages)).map((outcomes) => outcomes.includes(null))).toEqual([false, false, false]);
	});

	it("begin one every 75 milliseconds while another message of it waits", async () => {
		const loud = sending("g");
		const messages = [loud.message(upTo(20)), loud.message(upTo(20, 20))];
		for (let passedMs = 0; passedMs < 750; passedMs += 25) {
			await loud.end(...upTo(40));
			await vi.advanceTimersByTimeAsync(25);
		}
		expect(loud.begun.length).toBeGreaterThanOrEqual(10);
		expect(loud.begun.length).toBeLessThanOrEqual(12);
		await vi.advanceTimersByTimeAsync(4000);
		await loud.endAll();
		await Promise.all(messages);
	});

	it("never begin if they could not begin in time", async () => {
		const { begun, message, endAll } = sending("e");
		const outcomes = message(upTo(40), 600);
		await vi.advanceTimersByTimeAsync(1000);
		expect(begun).toEqual(upTo(10));
		await endAll();
		expect(await outcomes).toEqual([...upTo(10).map((item) => `done ${item}`), ...Array(30).fill(null)]);
		await vi.advanceTimersByTimeAsync(60_000);
		expect(begun).toHaveLength(10);
	});

	it("are refused late, a quarter of a second each, if sixty wait", async () => {
		const { begun, message, endAll } = sending("f");
		const messages = upTo(40).map((index) => message(upTo(4, index * 4)));
		const answered: (string | null)[][] = [];
		for (const one of messages) void one.then((outcomes) => answered.push(outcomes));
		await vi.advanceTimersByTimeAsync(225);
		expect(answered).toEqual([]);
		await vi.advanceTimersByTimeAsync(300);
		expect(answered.length).toBeGreaterThan(4);
		expect(new Set(answered.flat())).toEqual(new Set([null]));
		await vi.advanceTimersByTimeAsync(4000);
		await endAll();
		expect((await Promise.all(messages)).flat().filter((one) => one !== null)).toHaveLength(begun.length);
	});
});
