import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { endClock, hourMs, minuteMs, startClock } from "../../lifecycle/clock.ts";
import { deleted } from "../../lifecycle/people.ts";
import {
	type Arrived,
	deliveries,
	hook,
	listen,
	notify,
	type Receivers,
	sendAfter,
	states,
} from "../../notify/receivers.ts";

let receivers: Receivers;
beforeEach(() => {
	startClock();
	receivers = listen();
});
afterEach(async () => {
	vi.restoreAllMocks();
	await endClock();
});

const removed = () => deleted("203.0.113.0/26");

describe("a delivery that fails", () => {
	it("is tried again by the schedule, then kept as undelivered", async () => {
		await notify({ one: hook("one") });
		receivers.answers.set("one", () => new Response(null, { status: 503 }));
		await removed();
		const beganMs = Date.now();
		for (let hours = 0; hours < 24 * 5; hours++) await sendAfter(hourMs);
		const [row] = await deliveries();
		expect(row).toMatchObject({ state: "undelivered", attempts: 10, next_at: null });
		expect(receivers.arrived).toHaveLength(10);
		const spanHours = ((receivers.arrived.at(-1)?.atMs ?? 0) - beganMs) / hourMs;
		expect(spanHours).toBeGreaterThan(75);
		expect(spanHours).toBeLessThan(95);
	});

	it("waits as long as the destination asks", async () => {
		await notify({ one: hook("one") });
		receivers.answers.set("one", () => new Response(null, { status: 429, headers: { "retry-after": "900" } }));
		await removed();
		await sendAfter(1000);
		receivers.answers.delete("one");
		await sendAfter(10 * minuteMs);
		expect(receivers.arrived).toHaveLength(1);
		await sendAfter(6 * minuteMs);
		await expect.poll(states).toEqual(["one deletion.deleted delivered"]);
	});

	it.each<[string, (arrived: Arrived) => Response]>([
		["a redirect, which it does not follow", () => Response.redirect("https://elsewhere.example.net/", 302)],
		["a clear no", () => new Response(null, { status: 400 })],
	])("is not repeated after %s", async (_, answer) => {
		await notify({ one: hook("one") });
		receivers.answers.set("one", answer);
		await removed();
		await sendAfter(1000);
		await sendAfter(hourMs);
		expect(receivers.arrived.map(({ host }) => host)).toEqual(["one"]);
		await expect.poll(states).toEqual(["one deletion.deleted undelivered"]);
	});

	it("is repeated after a connection that was cut, and not if the answer was cut after its status", async () => {
		await notify({ one: hook("one"), two: hook("two") });
		receivers.answers.set("one", () => {
			throw new Error("Network connection lost.");
		});
		const cut = () => new ReadableStream({ pull: (controller) => controller.error(new Error("cut")) });
		receivers.answers.set("two", () => new Response(cut(), { status: 200 }));
		await removed();
		await sendAfter(1000);
		await expect.poll(states).toEqual(["one deletion.deleted waiting", "two deletion.deleted delivered"]);
		receivers.answers.delete("one");
		await sendAfter(10_000);
		await expect.poll(states).toContain("one deletion.deleted delivered");
	});
});
