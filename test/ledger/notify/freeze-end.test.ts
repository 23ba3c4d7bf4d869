// A freeze with an end is reported when it ends.
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { endClock, startClock } from "../../lifecycle/clock.ts";
import { freeze } from "../../lifecycle/people.ts";
import { hook, listen, notify, type Receivers, sendAfter } from "../../notify/receivers.ts";

let receivers: Receivers;
beforeEach(() => {
	startClock();
	receivers = listen();
});
afterEach(async () => {
	vi.restoreAllMocks();
	await endClock();
});

describe("a freeze that ends by itself", () => {
	it("is reported at its end, once", async () => {
		await notify({ one: hook("one") });
		await freeze({ reason: "INC-9", until: new Date(Date.now() + 600_000).toISOString() });
		await sendAfter(1000);
		await sendAfter(600_000);
		await expect.poll(() => receivers.types("one")).toEqual(["freeze.on", "freeze.off"]);
		expect(receivers.arrived[1]?.json.data.summary).toBe("The freeze that sandbox set has ended: INC-9");
		await notify({ one: hook("one") });
		await sendAfter(3_600_000);
		expect(receivers.types("one")).toHaveLength(2);
	});
});
