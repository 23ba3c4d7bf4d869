import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { endClock, hourMs, pass, startClock } from "../../lifecycle/clock.ts";
import { deleted, freeze, lift } from "../../lifecycle/people.ts";
import { hook, listen, notify, type Receivers, sendAfter, states } from "../../notify/receivers.ts";

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

describe("a destination", () => {
	it("that answers 410 gets nothing more until its configuration changes, and everything is listed as undelivered", async () => {
		await notify({ one: hook("one") });
		await removed();
		pass(1000);
		await freeze();
		receivers.answers.set("one", () => new Response(null, { status: 410 }));
		await sendAfter(1000);
		await expect.poll(states).toEqual(["one deletion.deleted undelivered", "one freeze.on undelivered"]);
		receivers.answers.delete("one");
		pass(1000);
		await lift();
		await sendAfter(hourMs);
		await notify({ one: hook("one") });
		await freeze();
		expect(receivers.arrived).toHaveLength(1);
		expect((await states()).slice(2)).toEqual(["one freeze.off undelivered", "one freeze.on undelivered"]);
		await notify({ one: hook("one", { events: ["freeze.*"] }) });
		await lift();
		await sendAfter(1000);
		await expect.poll(() => receivers.types("one").slice(1)).toEqual(["freeze.off"]);
	});

	it("that was removed gets nothing, and neither does a new one of its name", async () => {
		await notify({ one: hook("one"), two: hook("two") });
		await removed();
		await notify({ two: hook("two") });
		expect(await states()).toEqual(["one deletion.deleted undelivered", "two deletion.deleted waiting"]);
		await notify({ one: hook("another"), two: hook("another") });
		expect(await states()).toEqual(["one deletion.deleted undelivered", "two deletion.deleted undelivered"]);
		await sendAfter(hourMs);
		expect(receivers.arrived).toEqual([]);
	});

	it("whose settings are faulty for a while gets what waited once they are right again", async () => {
		await notify({ one: hook("one") });
		await removed();
		await notify({ one: hook("one", { events: ["nonsense"] }) });
		await sendAfter(hourMs);
		expect(await states()).toEqual(["one deletion.deleted waiting"]);
		await notify({ one: hook("one") });
		await sendAfter(1000);
		await expect.poll(states).toEqual(["one deletion.deleted delivered"]);
	});

	// The time-out of a delivery is 15 seconds: a deletion that waited for one would come too late here.
});
