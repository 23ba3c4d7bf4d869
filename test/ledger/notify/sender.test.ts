import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { endClock, minuteMs, startClock, wakeAfter } from "../../lifecycle/clock.ts";
import { deleted, freeze } from "../../lifecycle/people.ts";
import { hook, listen, notify, type Receivers } from "../../notify/receivers.ts";

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
	it("that is down delays no other destination and no deletion", { timeout: 10_000 }, async () => {
		const dead = Object.fromEntries(["a", "b", "c", "d"].map((name) => [name, hook(name)]));
		await notify({ ...dead, live: hook("live") });
		const hang = Promise.withResolvers<void>();
		for (const name of Object.keys(dead))
			receivers.answers.set(name, async () => {
				await hang.promise;
				return new Response(null, { status: 504 });
			});
		await removed();
		await wakeAfter(1000);
		await deleted("203.0.113.128/25");
		hang.resolve();
		await expect.poll(() => receivers.types("live")).toEqual(["deletion.deleted", "deletion.deleted"]);
		// All of them have failed once, so they share a connection from now on.
		await expect.poll(() => receivers.arrived.length).toBe(6);
		await freeze();
		await wakeAfter(minuteMs);
		await expect.poll(() => receivers.types("live")).toHaveLength(3);
		expect(receivers.mostAtOnce()).toBeLessThanOrEqual(3);
	});
});
