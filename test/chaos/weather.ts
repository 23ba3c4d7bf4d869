// The long faults: KV that is down for up to an hour, of which most passes at once, and Cloudflare in the dark meanwhile.
import type { Dice } from "./dice.ts";
import type { Kv } from "./kv/kv.ts";
import type { Outage } from "./schedule.ts";
import type { Upstream } from "./upstream.ts";
import type { Victim } from "./victim.ts";
import type { Witness } from "./witness.ts";
import type { WorldClock } from "./world-clock.ts";

export interface Weather {
	victim: Victim;
	upstream: Upstream;
	kv: Kv;
	clock: WorldClock;
	witness: Witness;
	dice: Dice;
	/** Something to do when the time has passed. */
	onMoved(outage: Outage): Promise<void>;
}

/** Of a long outage, before its time is moved on and after it. */
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

/** Nothing that the Worker sends arrives between two times. */
export async function moveOn(
	worldMs: number,
	weather: Pick<Weather, "victim" | "upstream" | "clock" | "witness">,
): Promise<void> {
	const { victim, upstream, clock, witness } = weather;
	await upstream.holding(async () => {
		await victim.moveClock(clock.offsetMs + worldMs);
		clock.move(worldMs);
		witness.note({ kind: "clock_moved", ms: worldMs });
	});
}
