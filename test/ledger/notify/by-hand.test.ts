// What operators send by hand has a limit, so that a token with the scope freeze can't flood a destination.
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { sentByHandAtMost, sentByHandWindowMs } from "../../../src/ledger/limits.ts";
import { call } from "../../harness.ts";
import { endClock, pass, startClock } from "../../lifecycle/clock.ts";
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

const test = (destination: string) => call("/notifications", { method: "POST", json: { destination } });
const again = (id: string) => call(`/notifications/${id}/redelivery`, { method: "POST" });

it("refuses more tests of a destination than its limit, until the window ends", async () => {
	await notify({ one: hook("one"), two: hook("two") });
	for (let sent = 0; sent < sentByHandAtMost; sent++) expect((await test("one")).status).toBe(200);
	pass(1000);
	const refused = await test("ONE");
	expect([refused.status, refused.headers.get("retry-after"), refused.json]).toMatchObject([
		429,
		String(sentByHandWindowMs / 1000 - 1),
		{ code: "rate_limited", detail: expect.stringContaining("one") },
	]);
	expect((await test("two")).status).toBe(200);
	expect(receivers.types("one")).toHaveLength(sentByHandAtMost);
	pass(sentByHandWindowMs - 1000);
	expect((await test("one")).status).toBe(200);
});

it("refuses to repeat a test that does not arrive, or one delivery, more often than that", async () => {
	await notify({ one: hook("one") });
	receivers.answers.set("one", () => new Response(null, { status: 500 }));
	for (let sent = 0; sent < sentByHandAtMost; sent++) expect((await test("one")).status).toBe(202);
	expect((await test("one")).status).toBe(429);

	const { id } = (await call("/notifications")).json.notifications[0];
	receivers.answers.delete("one");
	for (let sent = 0; sent < sentByHandAtMost; sent++) expect((await again(id)).status).toBe(200);
	expect((await again(id)).json).toMatchObject({ status: 429, code: "rate_limited" });
	expect(receivers.arrived).toHaveLength(2 * sentByHandAtMost);
});
