// Drives the watch by the clock, and deletes behind unbind's back.
import { abortAllDurableObjects } from "cloudflare:test";
import { expect } from "vitest";
import { call, cloudflare, ledger } from "../harness.ts";
import { alarmInMs, minuteMs, wakeAfter } from "./clock.ts";
import { configureLedger } from "./configured-ledger.ts";

/** Begins a watch, and lets it look at everything once. */
export async function watch(settings: Record<string, unknown> = {}): Promise<void> {
	await abortAllDurableObjects();
	await configureLedger({ WATCH_MINUTES: 10, ...settings });
	await call("/freeze");
	await watched(1);
}

/** As when the platform moves the object: what it had in memory is gone. */
export async function restarted(settings: Record<string, unknown> = {}): Promise<void> {
	await abortAllDurableObjects();
	await configureLedger({ WATCH_MINUTES: 10, ...settings });
	await call("/freeze");
}

async function isQuiet(): Promise<boolean> {
	const { watch } = (await ledger().status()).facts;
	return watch?.isLooking === false && !watch.isAsking;
}

/** Lets time pass from one alarm to the next, and waits for the looks of each. */
export async function watched(minutes: number): Promise<void> {
	const endMs = Date.now() + minutes * minuteMs;
	while (Date.now() < endMs) {
		const nextMs = Math.max((await alarmInMs()) ?? Number.POSITIVE_INFINITY, 1000);
		await wakeAfter(Math.min(nextMs, endMs - Date.now()));
		await expect.poll(isQuiet, { interval: 5 }).toBe(true);
	}
}

/** Somebody else deletes these bindings. */
export async function goneElsewhere(...ids: string[]): Promise<void> {
	const state = await cloudflare.state();
	for (const prefix of state.prefixes) prefix.bindings = prefix.bindings.filter(({ id }) => !ids.includes(id));
	await cloudflare.put(state);
}

export const losses = async (): Promise<{ id: string; binding_id: string; state: string }[]> =>
	(await call("/deletions?limit=100")).json.deletions.filter(({ door }: { door: string }) => door === "watch");
