// One chaos, from the start to the calm after it: callers act, kills and faults strike; then the faults end, and what is
// still open has a minute. What it hands on is evidence, for the judge.
import { setTimeout as pause } from "node:timers/promises";
import { callers } from "./account.ts";
import { createCaller, type Stage } from "./caller.ts";
import { createDice } from "./dice.ts";
import { type Evidence, gather, unfinished } from "./evidence.ts";
import { createMoments } from "./moments.ts";
import { killsOf, outagesOf, stepsOf } from "./schedule.ts";
import { createUpstream } from "./upstream.ts";
import { startVictim, type Victim } from "./victim.ts";
import { createWitness, type Witness } from "./witness.ts";

export interface ChaosOptions {
	seed: number;
	kills: number;
	deletions: number;
	/** Absolute, empty. */
	dataPath: string;
	/** Between two steps of a caller. */
	longestPauseMs: number;
	onProgress?: (line: string) => void;
}

const calmMs = 60_000;
/** What a kill waits for may not come. */
const patienceMs = 1500;
const killsPerOutage = 4;

export async function runChaos(options: ChaosOptions): Promise<Evidence> {
	const { seed, deletions, longestPauseMs, onProgress = () => {} } = options;
	const witness = createWitness();
	const moments = createMoments();
	const upstream = createUpstream(witness, moments);
	const victim = await startVictim(options.dataPath, upstream.outbound);
	const storm = new AbortController();
	const calm = new AbortController();
	try {
		const kills = killsOf(seed, options.kills, deletions);
		const outages = outagesOf(seed, Math.ceil(options.kills / killsPerOutage), deletions);
		let asked = 0;
		let killed = 0;
		const ahead = Math.ceil(deletions / options.kills) + 5;
		// Kills and deletions keep pace with each other, however long a restart takes.
		const allowed = () => Math.min(deletions, (kills[killed]?.afterDeletions ?? deletions) + ahead);
		const stage: Stage = {
			victim,
			upstream,
			witness,
			moments,
			signal: calm.signal,
			count: () => asked < allowed() && ++asked > 0,
			// The minute after the end is for what was struck before it, not just then.
			mayStrike: () => asked < deletions * 0.95,
		};
		const reached = async (count: number) => {
			while (asked < count) await pause(10);
		};

		const killing = async () => {
			for (const { afterDeletions, point, delayMs } of kills) {
				await reached(afterDeletions);
				const kill = () => {
					witness.note({ kind: "killed", point });
					return victim.kill();
				};
				await moments.at(point, patienceMs, () => (delayMs === 0 ? kill() : pause(delayMs).then(kill)));
				witness.note({ kind: "back" });
				killed += 1;
				if (killed % 10 === 0) onProgress(`${killed} kills, ${asked} deletions`);
			}
		};
		const refusing = async () => {
			const dice = createDice(seed, "refusals");
			for (const outage of outages) {
				await reached(outage.afterDeletions);
				upstream.refuseWrites(outage, dice);
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
		// Whoever acts ends after the storm; before it, only by a mistake of the harness.
		await Promise.race([Promise.all([killing(), refusing(), reached(deletions)]), acted]);
		storm.abort();
		upstream.endFaults();
		onProgress("the faults have ended");
		const open = await calmedDown(victim, witness, acted);
		calm.abort();
		await acted;
		return await gather(victim, witness, open);
	} finally {
		storm.abort();
		calm.abort();
		await victim.stop();
	}
}

/** Waits until all is settled and published, for a minute at the most. */
async function calmedDown(victim: Victim, witness: Witness, acted: Promise<unknown>): Promise<Evidence["open"]> {
	const endsAtMs = Date.now() + calmMs;
	let callersAreDone = false;
	void acted.then(() => {
		callersAreDone = true;
	});
	for (;;) {
		const left = await unfinished(victim.url);
		if ((left.length === 0 && callersAreDone) || Date.now() > endsAtMs) {
			witness.note({ kind: "calm" });
			return left;
		}
		await pause(250);
	}
}
