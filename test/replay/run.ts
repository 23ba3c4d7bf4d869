// Replays the outage: the watch knows the account, others delete its bindings in one go, unbind notices, and one action restores
// them while the runtime is killed on the way. The result is what was seen; `bars.ts` judges it.
import { setTimeout as pause } from "node:timers/promises";
import type { Restorations } from "../../src/deletion/restorations/restorations.ts";
import { chaosBindings } from "../chaos/account.ts";
import { createDice } from "../chaos/dice.ts";
import { createKv } from "../chaos/kv/kv.ts";
import { createMoments } from "../chaos/moments.ts";
import { startVictim } from "../chaos/victim.ts";
import { letWatch } from "../chaos/weather.ts";
import { createWitness } from "../chaos/witness.ts";
import { createWorldClock } from "../chaos/world-clock.ts";
import { type Bound, boundIn, outageOf, type Size } from "./account.ts";
import { createAsk, rowsOf } from "./caller.ts";
import { type Call, createCloudflare } from "./cloudflare.ts";
import { firstSweep, noticed, pass, restoreAll, type Stage, strike } from "./steps.ts";

export interface ReplayOptions {
	size: Size;
	seed: number;
	/** While the bindings are restored; a quarter as many come before, while the losses are being noticed. */
	kills: number;
	watchMinutes: number;
	/** Skips the time in which nothing is looked at. Then looks are up to some seconds late. */
	skips: boolean;
	/** An absolute path to an empty directory. */
	dataPath: string;
	onProgress?: (line: string) => void;
}

export interface Seen {
	size: Size;
	watchMinutes: number;
	/** All kills, and those that were asked for. */
	kills: { struck: number; wanted: number };
	intervalMs: number;
	lost: Bound[];
	kept: Bound[];
	lostAtMs: number;
	/** When each loss was recorded. */
	recordedAtMs: number[];
	/** When the watch froze deletions; null if it did not. */
	frozenAtMs: number | null;
	restoreAtMs: number;
	restoredAtMs: number;
	restorations: Restorations[];
	/** While the bindings were restored. */
	calls: readonly Call[];
	/** The account in the end. */
	present: Bound[];
	/** The state of each record in the end, after the watch has looked at everything again. */
	states: string[];
}

const slackMs = 180_000;
/** Longer than the bars allow, so that a miss is reported and not waited for. */
const noticingPatienceMs = 600_000;
const restoringPatienceMs = 3 * 3_600_000;

export async function replay(options: ReplayOptions): Promise<Seen> {
	const { size, seed, watchMinutes, skips, onProgress = () => {} } = options;
	const { account, lost, kept } = outageOf(size);
	const clock = createWorldClock();
	const witness = createWitness(clock.now);
	const moments = createMoments();
	const kv = createKv(witness, clock, createDice(seed, "kv"), () => moments.reach("kv_write"));
	const upstream = createCloudflare({ account, clock, kv, moments, dice: createDice(seed, "lag") });
	const settings = { ...chaosBindings, NOTIFY: {}, WATCH_MINUTES: watchMinutes };
	const victim = await startVictim(options.dataPath, upstream.outbound, clock, settings);
	const ask = createAsk(victim);
	const dice = createDice(seed, "kills");
	const stage: Stage = { upstream, victim, clock, witness, ask, moments, dice, skips, onProgress };
	try {
		const intervalMs = await firstSweep(stage);
		onProgress(`the watch knows ${lost.length + kept.length} bindings in ${size.prefixes} prefixes`);

		const lostAtMs = clock.now();
		upstream.lose(lost.map(({ id }) => id));
		onProgress(`${lost.length} bindings are deleted behind unbind's back`);
		const early = Math.floor(options.kills / 4);
		for (let number = 0; number < early; number++) {
			await pass(Math.floor(intervalMs / (early + 1)), stage);
			await strike(stage);
		}
		const rows = await noticed(lost.length, lostAtMs + intervalMs + slackMs + noticingPatienceMs, stage);
		const { frozen, since } = await ask("/freeze");
		onProgress(`${rows.length} losses are on record, and deletions are ${frozen ? "frozen" : "not frozen"}`);

		const restoreAtMs = clock.now();
		const before = upstream.calls.length;
		const created = () => upstream.calls.slice(before).filter((call) => call.created !== null).length;
		let isOver = false;
		const killing = async () => {
			for (let number = 0; number < options.kills; number++) {
				const atCreation = Math.floor(((number + dice.next()) / options.kills) * lost.length * 0.95);
				while (created() < atCreation && !isOver) await pause(5);
				if (isOver) return;
				await strike(stage);
			}
		};
		const ids = rows.map(({ id }) => id);
		const restoring = restoreAll(ids, restoreAtMs + restoringPatienceMs, stage).finally(() => {
			isOver = true;
		});
		const [restorations] = await Promise.all([restoring, killing()]);
		const restoredAtMs = clock.now();
		const calls = upstream.calls.slice(before);
		onProgress("the restorations are done");

		await letWatch(clock.now() + intervalMs + slackMs, stage);
		const records = await rowsOf<{ state: string }>(ask, "");
		return {
			size,
			watchMinutes,
			kills: { struck: witness.all().filter(({ kind }) => kind === "killed").length, wanted: early + options.kills },
			intervalMs,
			lost,
			kept,
			lostAtMs,
			recordedAtMs: rows.map(({ created_at }) => Date.parse(created_at)),
			frozenAtMs: frozen ? Date.parse(since) : null,
			restoreAtMs,
			restoredAtMs,
			restorations,
			calls,
			present: boundIn(upstream.present()),
			states: records.map(({ state }) => state),
		};
	} finally {
		await victim.stop();
	}
}
