// Moves the clock and runs the Ledger's alarm by hand. The clock starts years ahead, so that no alarm runs first.
import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { expect, vi } from "vitest";
import type { Ledger } from "../../src/index.ts";
import { resetAll } from "../doors/account.ts";
import { ledger } from "../harness.ts";

export const noon = Date.UTC(2030, 0, 1, 12);
export const minuteMs = 60_000;
export const hourMs = 60 * minuteMs;
export const dayMs = 24 * hourMs;

export const startClock = (): void => void vi.useFakeTimers({ toFake: ["Date"], now: noon });

/** For `afterEach`. */
export async function endClock(): Promise<void> {
	vi.useRealTimers();
	await resetAll();
}

/** An RFC 3339 time, this far from now. */
export const inMs = (ms: number): string => new Date(Date.now() + ms).toISOString();

/** Lets time pass and does nothing else. */
export const pass = (ms: number): void => void vi.setSystemTime(Date.now() + ms);

/** How long it is until the alarm, or null if none is set. */
export async function alarmInMs(): Promise<number | null> {
	const at = await runInDurableObject<Ledger, number | null>(ledger(), (_, { storage }) => storage.getAlarm());
	return at === null ? null : at - Date.now();
}

/** Lets time pass, and runs the alarm as long as it is due. */
export async function wakeAfter(ms: number): Promise<void> {
	pass(ms);
	for (let due = await alarmInMs(); due !== null && due <= 0; due = await alarmInMs())
		await runDurableObjectAlarm(ledger());
}

/**
 * Publishes the mirrors of waiting deletions without time passing, so that the alarm is set for the deletions
 * themselves.
 */
export async function mirrored(): Promise<void> {
	const due = () =>
		runInDurableObject<Ledger, unknown[]>(ledger(), (_, { storage: { sql } }) =>
			sql.exec("SELECT id FROM deletions WHERE mirror_at IS NOT NULL").toArray(),
		);
	pass(1000);
	await runDurableObjectAlarm(ledger());
	await expect.poll(due).toEqual([]);
	pass(-1000);
}
