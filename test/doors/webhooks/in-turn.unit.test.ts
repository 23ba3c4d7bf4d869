// A sender's deletions are begun a few at a time, whatever it sends.
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { inTurn } from "../../../src/doors/webhooks/in-turn.ts";

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
		message: (items: number[], patienceMs = 4000) => inTurn(items, sender, Date.now() + patienceMs, begin),
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
	it("begin four at a time, and the next one as soon as one ends", async () => {
		const { begun, message, end, endAll } = sending("a");
		const outcomes = message(upTo(10));
		await vi.advanceTimersByTimeAsync(0);
		expect(begun).toEqual([0, 1, 2, 3]);
		await end(2);
		expect(begun).toEqual([0, 1, 2, 3, 4]);
		await end(0, 4);
		expect(begun).toEqual([0, 1, 2, 3, 4, 5, 6]);
		await endAll();
		expect(await outcomes).toEqual(upTo(10).map((item) => `done ${item}`));
	});

	it("make room after a quarter of a second, since waiting for Cloudflare costs nothing", async () => {
		const { begun, message, endAll } = sending("b");
		const outcomes = message(upTo(40));
		await vi.advanceTimersByTimeAsync(249);
		expect(begun).toHaveLength(4);
		await vi.advanceTimersByTimeAsync(1);
		expect(begun).toHaveLength(8);
		await vi.advanceTimersByTimeAsync(2000);
		expect(begun).toHaveLength(40);
		await endAll();
		expect(await outcomes).toHaveLength(40);
	});

	it("share the four turns among all its messages, and leave other senders theirs", async () => {
		const [loud, other] = [sending("c"), sending("d")];
		const messages = [loud.message(upTo(40)), loud.message(upTo(40, 40)), other.message([0])];
		await vi.advanceTimersByTimeAsync(0);
		expect([loud.begun.length, other.begun]).toEqual([4, [0]]);
		await Promise.all([loud.endAll(), other.endAll()]);
		await vi.runAllTimersAsync();
		expect((await Promise.all(messages)).map((outcomes) => outcomes.includes(null))).toEqual([false, false, false]);
	});

	it("that did not begin in time never do", async () => {
		const { begun, message, endAll } = sending("e");
		const outcomes = message(upTo(40), 600);
		await vi.advanceTimersByTimeAsync(1000);
		expect(begun).toEqual(upTo(12));
		await endAll();
		expect(await outcomes).toEqual([...upTo(12).map((item) => `done ${item}`), ...Array(28).fill(null)]);
		await vi.advanceTimersByTimeAsync(60_000);
		expect(begun).toHaveLength(12);
	});

	it("are refused at once if sixty wait", async () => {
		const { begun, message, endAll } = sending("f");
		const messages = upTo(20).map((index) => message(upTo(40, index * 40)));
		let answered = 0;
		for (const one of messages) void one.then(() => answered++);
		await vi.advanceTimersByTimeAsync(25);
		expect([begun.length, answered]).toEqual([4, 4]);
		await vi.advanceTimersByTimeAsync(4000);
		await endAll();
		expect((await Promise.all(messages)).flat().filter((one) => one !== null)).toHaveLength(begun.length);
	});
});
