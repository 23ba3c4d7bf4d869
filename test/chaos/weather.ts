// The long faults: KV is down for up to an hour, most of which is skipped, and meanwhile Cloudflare may be unreachable.
import { setTimeout as pause } from "node:timers/promises";
import type { Dice } from "./dice.ts";
import type { Kv } from "./kv/kv.ts";
import type { Outage } from "./schedule.ts";
import type { Upstream } from "./upstream.ts";
import type { Victim } from "./victim.ts";
import type { Witness } from "./witness.ts";
import { calmSpeed, type WorldClock } from "./world-clock.ts";

export interface Weather {
	victim: Victim;
	upstream: Upstream;
	kv: Kv;
	clock: WorldClock;
	witness: Witness;
	dice: Dice;
	/** Called after the time was moved. */
	onMoved(outage: Outage): Promise<void>;
}

/** How much of a long outage runs before and after its time is moved. */
const beforeMs = 40_000;
const darkMs = 15_000;
const afterMs = 40_000;

export async function pass(outage: Outage, weather: Weather): Promise<void> {
	const { upstream, kv, clock, dice, onMoved } = weather;
	kv.begin(outage, dice);
	if (!outage.isLong) return;
	await clock.pause(beforeMs - darkMs);
	if (outage.isDark) upstream.darken(true);
	await clock.pause(darkMs);
	await moveOn(outage.lastsMs - beforeMs - afterMs, weather);
	await onMoved(outage);
	upstream.darken(false);
	while (kv.isDown()) await clock.pause(1000);
}

export type Clockwork = Pick<Weather, "victim" | "clock" | "witness"> & { upstream: Pick<Upstream, "holding"> };

export async function moveOn(byMs: number, clockwork: Clockwork): Promise<void> {
	await setClock({ byMs }, clockwork);
	clockwork.witness.note({ kind: "clock_moved", ms: byMs });
}

const stepMs = { least: 8000, most: 20_000 };
const quietWithinMs = 3000;

/** Lets the time pass from one alarm to the next, and waits for the looks of each. */
export async function letWatch(untilMs: number, clockwork: Clockwork): Promise<void> {
	const { victim, clock } = clockwork;
	while (clock.now() < untilMs) {
		const nextMs = await quiet(victim);
		const byMs = Math.min(Math.max(nextMs - clock.now(), stepMs.least), stepMs.most);
		await moveOn(byMs, clockwork);
	}
	await quiet(victim);
}

/** Resolves to when the next alarm is. */
async function quiet(victim: Victim): Promise<number> {
	for (const endMs = Date.now() + quietWithinMs; ; await pause(10)) {
		const response = await victim.fetch("/chaos/watch");
		const { isBusy, nextMs }: { isBusy: boolean; nextMs: number } = JSON.parse(await response.text());
		if (!isBusy || Date.now() > endMs) return nextMs;
	}
}

/** Also moves the clock on, because the Worker's clock runs fast until it hears of this, and no clock may go back. */
export const slowDown = (clockwork: Clockwork): Promise<void> =>
	setClock({ byMs: 10_000, speed: calmSpeed }, clockwork);

/** Holds the Worker's calls meanwhile, so that none arrives while the two clocks differ. */
function setClock(change: Parameters<WorldClock["changed"]>[0], { victim, upstream, clock }: Clockwork): Promise<void> {
	return upstream.holding(async () => {
		const setting = clock.changed(change);
		await victim.setClock(setting);
		clock.set(setting);
	});
}
