// The alarm never throws, since the platform would drop it for good after a few tries.
import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { Ledger } from "../../src/index.ts";
import { alarmPauseMs } from "../../src/ledger/limits.ts";
import { call, ledger } from "../harness.ts";
import { alarmInMs, endClock, startClock } from "../lifecycle/clock.ts";

beforeEach(startClock);
afterEach(endClock);

it("logs an alarm that fails, and sets the next one", async () => {
	const logged = vi.spyOn(console, "error").mockReturnValue();
	expect((await call("/freeze")).status).toBe(200);
	await runInDurableObject<Ledger, void>(ledger(), async (_, { storage }) => {
		storage.sql.exec("ALTER TABLE claims RENAME TO claims_elsewhere");
		await storage.setAlarm(Date.now());
	});
	await runDurableObjectAlarm(ledger());
	expect(logged.mock.calls.map(([line]) => JSON.parse(line).event)).toContain("alarm_failed");
	expect(await alarmInMs()).toBeLessThanOrEqual(alarmPauseMs);
	await runInDurableObject<Ledger, void>(ledger(), (_, { storage }) => {
		storage.sql.exec("ALTER TABLE claims_elsewhere RENAME TO claims");
	});
	await runDurableObjectAlarm(ledger());
	expect((await call("/freeze")).status).toBe(200);
});
