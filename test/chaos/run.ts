// Runs one chaos from the start to the calm after it. Callers act while kills and faults strike; then the faults end,
// and open work has three minutes to settle. The result is evidence for the judge.
import { setTimeout as pause } from "node:timers/promises";
import { callers } from "./account.ts";
import type { Stage } from "./actors/ask.ts";
import { createCaller } from "./actors/caller.ts";
import { createFreezer } from "./actors/freezer.ts";
import { meddle } from "./actors/others.ts";
import { readHistory } from "./actors/reader.ts";
import { resolveUnknown } from "./actors/resolver.ts";
import { deedsOf, lastDeeds } from "./deeds.ts";
import { allDelivered } from "./delivered.ts";
import { createDice } from "./dice.ts";
import { type Evidence, gather, unfinished } from "./evidence.ts";
import { createKv, type Kv } from "./kv/kv.ts";
import { createMoments } from "./moments.ts";
import { freezesOf, type Kill, killsOf, outagesOf, resetsOf, stepsOf } from "./schedule.ts";
import { createUpstream, type Upstream } from "./upstream.ts";
import { startVictim, type Victim } from "./victim.ts";
import { type Clockwork, letWatch, letWatchBegin, moveOn, pass, slowDown } from "./weather.ts";
import { createWitness } from "./witness.ts";
import { createWorldClock, type WorldClock } from "./world-clock.ts";

export interface ChaosOptions {
	seed: number;
	kills: number;
	deletions: number;
	/** An absolute path to an empty directory. */
	dataPath: string;
	/** The longest pause between two steps of a caller. */
	longestPauseMs: number;
	onProgress?: (line: string) => void;
}

/** How long a kill waits for its moment, which may not come. */
const patienceMs = 1500;
const killsPerOutage = 4;
const killsPerLongOutage = 50;
const killsPerReset = 2;
const killsPerFreeze = 10;
const killsPerBurst = 40;

export async function runChaos(options: ChaosOptions): Promise<Evidence> {
	const { seed, deletions, longestPauseMs, onProgress = () => {} } = options;
	const clock = createWorldClock();
	const witness = createWitness(clock.now);
	const moments = createMoments();
	const kv = createKv(witness, clock, createDice(seed, "kv"), () => moments.reach("kv_write"));
	const upstream = createUpstream({ witness, moments, clock, kv, dice: createDice(seed, "lag"), seed });
	const victim = await startVictim(options.dataPath, upstream.outbound, clock);
	const storm = new AbortController();
	const calm = new AbortController();
	try {
		const clockwork = { victim, upstream, clock, witness };
		await letWatchBegin(clockwork);
		const many = (killsEach: number) => Math.ceil(options.kills / killsEach);
		const kills = killsOf(seed, options.kills, deletions);
		let asked = 0;
		let killed = 0;
		const ahead = Math.ceil(deletions / options.kills) + 5;
		// Keeps kills and deletions in step, however long a restart takes.
		const allowed = () => Math.min(deletions, (kills[killed]?.afterDeletions ?? deletions) + ahead);
		const stage: Stage = {
			victim,
			upstream,
			witness,
			moments,
			clock,
			signal: calm.signal,
			count: () => asked < allowed() && ++asked > 0,
			// The time after the end is for work that was struck earlier, not for new faults.
			mayStrike: () => asked < deletions * 0.95,
		};
		const freezer = createFreezer(stage);
		const reached = async (count: number) => {
			while (asked < count && !storm.signal.aborted) await pause(10);
		};
		const striking = async ({ afterDeletions, point, delayMs }: Kill, strike: () => Promise<void>) => {
			await reached(afterDeletions);
			await moments.at(point, patienceMs, () => (delayMs === 0 ? strike() : pause(delayMs).then(strike)));
		};

		const killing = async () => {
			for (const kill of kills) {
				await striking(kill, () => {
					witness.note({ kind: "killed", point: kill.point });
					return victim.kill();
				});
				witness.note({ kind: "back" });
				killed += 1;
				if (killed % 10 === 0) onProgress(`${killed} kills, ${asked} deletions`);
			}
		};
		const resetting = async () => {
			for (const reset of resetsOf(seed, many(killsPerReset), deletions)) {
				await striking(reset, () => {
					witness.note({ kind: "reset", point: reset.point, as: reset.as });
					return victim.reset(reset.as);
				});
			}
		};
		const troubling = async () => {
			const weather = { victim, upstream, kv, clock, witness, dice: createDice(seed, "weather") };
			for (const outage of outagesOf(seed, many(killsPerOutage), many(killsPerLongOutage), deletions)) {
				await reached(outage.afterDeletions);
				await pass(outage, { ...weather, onMoved: () => resolveUnknown(stage) });
			}
		};
		const freezing = async () => {
			for (const freeze of freezesOf(seed, many(killsPerFreeze), deletions)) {
				await reached(freeze.afterDeletions);
				await freezer.freeze(freeze);
			}
		};
		const meddling = async () => {
			for (const deed of deedsOf(seed, options.kills, many(killsPerBurst), deletions)) {
				await reached(deed.afterDeletions);
				meddle(deed, upstream);
			}
		};
		const acting = callers.map(async (name) => {
			const caller = createCaller(name, stage);
			for (const step of stepsOf(seed, name, longestPauseMs)) {
				if (storm.signal.aborted) return;
				await caller.take(step);
				await pause(step.pauseMs);
			}
		});
		const acted = Promise.all(acting);
		const reading = Promise.all([readHistory(stage, createDice(seed, "reader")), freezer.attend()]);
		const faults = Promise.all([killing(), resetting(), troubling(), freezing(), meddling()]);
		// Actors end after the storm. If one ends earlier, the harness has a bug.
		await Promise.race([Promise.all([faults, reached(deletions)]), acted, reading]);
		storm.abort();
		upstream.endFaults();
		await freezer.lift();
		onProgress("the faults have ended");
		await slowDown(clockwork);
		const endedAtMs = clock.now();
		const ending = await calmedDown(victim, kv, clock, acted);
		calm.abort();
		await Promise.all([acted, reading]);
		witness.note({ kind: "calm" });
		onProgress("everything has settled");
		await watchOn(endedAtMs, clockwork, seed);
		onProgress("the watch had its time");
		await moveOn(republishedMs, clockwork);
		// From now on nothing changes a record.
		upstream.darken(true);
		await publishedAgain(victim, clock);
		const evidence = await gather(victim, kv, witness, ending);
		return { ...evidence, deliveries: await allDelivered(clockwork) };
	} finally {
		storm.abort();
		calm.abort();
		await victim.stop();
	}
}

const minuteMs = 60_000;
/** Longer than the watch may take to notice a loss: an interval of two and a half minutes, and three more. */
const noticedMs = 340_000;
/** By then, a record whose write may have landed late has been written again. */
const republishedMs = 11 * minuteMs;
/** Waits up to a minute, as for everything that has to reach KV. */
async function publishedAgain(victim: Victim, clock: WorldClock): Promise<void> {
	const movedAtMs = clock.now();
	do await pause(250);
	while (clock.now() - movedAtMs < minuteMs && (await unfinished(victim)).length > 0);
}

/**
 * Callers are silent, and others go on: what they delete has to be noticed although lists lag and the object is reset during
 * looks.
 */
async function watchOn(endedAtMs: number, clockwork: Clockwork & { upstream: Upstream }, seed: number): Promise<void> {
	const { upstream, victim, clock, witness } = clockwork;
	const dice = createDice(seed, "watch");
	upstream.lagAgain();
	for (const deed of lastDeeds(seed)) meddle(deed, upstream);
	await letWatch(Math.max(endedAtMs, clock.now()) + noticedMs, clockwork, async () => {
		if (!dice.chance(0.25)) return;
		await pause(dice.between(0, 30));
		witness.note({ kind: "reset", point: "any_moment", as: null });
		await victim.reset(null);
	});
}

/** Waits up to three minutes until everything is settled and published. KV's keys are taken after one minute. */
async function calmedDown(
	victim: Victim,
	kv: Kv,
	clock: WorldClock,
	acted: Promise<unknown>,
): Promise<Pick<Evidence, "open" | "reachedKv">> {
	const endedAtMs = clock.now();
	let reachedKv: ReadonlySet<string> | null = null;
	let callersAreDone = false;
	void acted.then(() => {
		callersAreDone = true;
	});
	const names = () => new Set(kv.keys().map(({ name }) => name));
	for (;;) {
		const open = await unfinished(victim);
		const passedMs = clock.now() - endedAtMs;
		if (passedMs > minuteMs) reachedKv ??= names();
		if ((open.length === 0 && callersAreDone) || passedMs > 3 * minuteMs)
			return { open, reachedKv: reachedKv ?? names() };
		await pause(250);
	}
}
