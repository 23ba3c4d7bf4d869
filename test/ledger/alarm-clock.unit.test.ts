// The object's one alarm, over a storage that only remembers it.
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createAlarmClock } from "../../src/ledger/alarm-clock.ts";

const nowMs = Date.UTC(2030, 0, 1, 12);
beforeEach(() => void vi.useFakeTimers({ toFake: ["Date"], now: nowMs }));
afterEach(() => void vi.useRealTimers());

async function clockWith(storedMs: number | null, nextMs: number | null) {
	const set: number[] = [];
	const storage = {
		getAlarm: async () => storedMs,
		setAlarm: async (atMs: number | Date) => void set.push(Number(atMs)),
	};
	const next = { atMs: nextMs };
	const clock = createAlarmClock(storage, () => next.atMs);
	await clock.start();
	return { clock, set, next };
}

describe("the alarm clock", () => {
	it("sets no alarm if nothing is due", async () => {
		const { clock, set } = await clockWith(null, null);
		clock.wakeForNext();
		expect([set, clock.atMs()]).toEqual([[], null]);
	});

	it("keeps an alarm that is set for an earlier time, and replaces a later one", async () => {
		const { clock, set } = await clockWith(nowMs + 5000, nowMs + 9000);
		clock.wakeBy(nowMs + 3000);
		clock.wakeBy(nowMs + 4000);
		expect([set, clock.atMs()]).toEqual([[nowMs + 3000], nowMs + 3000]);
	});

	it("sets a later alarm once the due time has moved", async () => {
		const { clock, set, next } = await clockWith(nowMs + 5000, nowMs + 5000);
		next.atMs = nowMs + 9000;
		clock.wakeForNext();
		expect(set).toEqual([nowMs + 9000]);
	});

	it("pauses for a second if work is still overdue after the alarm", async () => {
		const { clock, set } = await clockWith(null, nowMs - 1);
		clock.wentOff();
		clock.wakeForNext();
		expect(set).toEqual([nowMs - 1, nowMs + 1000]);
	});

	it("counts an alarm as lost once it is more than a minute late, not before", async () => {
		const { clock, set } = await clockWith(nowMs - 60_000, null);
		clock.heal();
		expect(set).toEqual([]);
		vi.setSystemTime(nowMs + 1);
		clock.heal();
		expect(set).toEqual([nowMs + 1]);
	});

	it("restores a lost alarm when the object wakes", async () => {
		const { set } = await clockWith(nowMs - 60_001, nowMs - 60_001);
		expect(set).toEqual([nowMs - 60_001]);
	});
});
