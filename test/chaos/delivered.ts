// Lets the time pass until nothing waits to be delivered: what failed often is tried again only hours later.
import { setTimeout as pause } from "node:timers/promises";
import type { DeliveryRow } from "./evidence.ts";
import { type Clockwork, moveOn } from "./weather.ts";

const patienceMs = 60_000;
const pollMs = 40;
const leastMs = 5000;

/** @returns all deliveries, also those that still wait after a minute of real time. */
export async function allDelivered(clockwork: Clockwork): Promise<DeliveryRow[]> {
	const { victim, clock } = clockwork;
	for (const endMs = Date.now() + patienceMs; ; await pause(pollMs)) {
		const rows: DeliveryRow[] = [];
		for (let page: DeliveryRow[] | null = null; page === null || page.length > 0; rows.push(...page)) {
			const response = await victim.fetch(`/chaos/deliveries?after=${rows.at(-1)?.id ?? ""}`);
			page = JSON.parse(await response.text()) as DeliveryRow[];
		}
		const dueMs = rows.map(({ next_at }) => next_at).filter((ms) => ms !== null);
		if (dueMs.length === 0 || Date.now() > endMs) return rows;
		// What is due may wait for a destination that rests.
		await moveOn(Math.max(Math.min(...dueMs) - clock.now(), leastMs), clockwork);
	}
}
