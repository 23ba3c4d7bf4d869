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

const stepMs = { least: 10_000, most: 20_000 };
const quietWithinMs = 3000;

/**
 * Lets the time pass from one alarm to the next, and waits for the looks of each.
 * @param disturb called while looks may be under way.
 */
export async function letWatch(
	untilMs: number,
	clockwork: Clockwork,
	disturb: () => Promise<void> = async () => {},
): Promise<void> {
	const { victim, clock } = clockwork;
	while (clock.now() < untilMs) {
		await step(await quiet(victim), clockwork);
		await disturb();
	}
	await quiet(victim);
}

/** Lets the time pass until the watch has looked at everything once. */
export async function letWatchBegin(clockwork: Clockwork): Promise<void> {
	for (;;) {
		const present = await quiet(clockwork.victim);
		if (present.hasLooked) return;
		await step(present, clockwork);
	}
}

const step = ({ nextMs }: Watching, clockwork: Clockwork): Promise<void> =>
	moveOn(Math.min(Math.max(nextMs - clockwork.clock.now(), stepMs.least), stepMs.most), clockwork);

interface Watching {
	/** It looks at something, or is about to. */
	isBusy: boolean;
	/** It has looked at everything. */
	hasLooked: boolean;
	/** When the next alarm is. */
	nextMs: number;
}

async function quiet(victim: Victim): Promise<Watching> {
	for (const endMs = Date.now() + quietWithinMs; ; await pause(10)) {
		const response = await victim.fetch("/chaos/watch");
		const watching: Watching = JSON.parse(await response.text());
		if (!watching.isBusy || Date.now() > endMs) return watching;
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
