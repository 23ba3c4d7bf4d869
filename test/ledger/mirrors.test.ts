// What only the Ledger knows is mirrored in KV, for a Ledger that lost its tables.
import { runDurableObjectAlarm } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { HISTORY, ledger } from "../harness.ts";
import { dayMs, endClock, inMs, pass, startClock } from "../lifecycle/clock.ts";
import { cancel, freeze, lift, remove } from "../lifecycle/people.ts";

beforeEach(startClock);
afterEach(endClock);

const keys = async (prefix: string) => (await HISTORY.list({ prefix })).keys.map(({ name }) => name);
const published = (id: string) => expect.poll(() => keys(`deletion:${id}`)).toHaveLength(1);

/** Runs the alarm and gives its work, mirrors included, time to finish. */
async function wake(ms = 0): Promise<void> {
	pass(ms);
	await runDurableObjectAlarm(ledger());
	await new Promise((resolve) => setTimeout(resolve, 50));
}

describe("mirrors in KV", () => {
	it("hold a deletion while it waits, and never under the record's own key", async () => {
		const { json } = await remove("203.0.113.128/25", `?not_before=${inMs(dayMs)}`);
		await wake(1000);
		expect(await keys("")).toEqual([`open:${json.id}`]);
		await cancel(json.id);
		await wake(1000);
		expect(await keys("open:")).toEqual([]);
		expect(await keys("deletion:")).toEqual([`deletion:${json.id}`]);
	});

	it("hold the freeze while it is on", async () => {
		await freeze();
		await wake(1000);
		expect(await HISTORY.get("open:freeze", "json")).toMatchObject({ reason: "INC-1" });
		await lift();
		await wake(1000);
		expect(await keys("open:")).toEqual([]);
	});

	it("are written once KV accepts writes again", async () => {
		const put = vi.spyOn(HISTORY, "put").mockRejectedValue(new Error("KV PUT failed: 500"));
		const { json } = await remove("203.0.113.128/25", `?not_before=${inMs(dayMs)}`);
		await wake(1000);
		put.mockRestore();
		await wake(30_000);
		expect(await keys("")).toEqual([`open:${json.id}`]);
	});

	it("are not written for a deletion that is carried out at once", async () => {
		const { json } = await remove("203.0.113.128/25");
		await published(json.id);
		await wake(60_000);
		expect(await keys("open:")).toEqual([]);
	});
});
