// The steps of the replay: let the watch look, be killed, wait for the records, restore everything by one action.
import { setTimeout as pause } from "node:timers/promises";
import type { Summary } from "../../src/deletion/record/deletion.ts";
import type { Restorations } from "../../src/deletion/restorations/restorations.ts";
import type { Dice } from "../chaos/dice.ts";
import type { Moments } from "../chaos/moments.ts";
import { type Clockwork, letWatch } from "../chaos/weather.ts";
import { type Ask, rowsOf } from "./caller.ts";

export interface Stage extends Clockwork {
	ask: Ask;
	moments: Moments;
	dice: Dice;
	/** Skips the time in which nothing is looked at. */
	skips: boolean;
	onProgress(line: string): void;
}

const pollMs = 5000;
const restoredAtOnce = 1000;
const points = ["any_moment", "list_arrived", "creation_arrived", "creation_done", "commit", "kv_write"] as const;
/** How long a kill waits for its moment. */
const momentMs = 1500;

/** Lets so much of the world's time pass. */
export async function pass(ms: number, stage: Stage): Promise<void> {
	if (stage.skips) await letWatch(stage.clock.now() + ms, stage);
	else await stage.clock.pause(ms);
}

/** @returns the interval that the watch keeps, once it has looked at everything. */
export async function firstSweep(stage: Stage): Promise<number> {
	for (;;) {
		const { watch } = await stage.ask("/status");
		if (typeof watch?.looked_since === "string") return watch.interval_seconds * 1000;
		await letWatch(stage.clock.now() + pollMs, stage);
	}
}

export function strike({ moments, dice, victim, witness }: Stage): Promise<void> {
	const point = dice.pick(points);
	return moments.at(point, momentMs, () => {
		witness.note({ kind: "killed", point });
		return victim.kill();
	});
}

/** The records of the losses, when there are so many, or at that time. */
export async function noticed(count: number, untilMs: number, stage: Stage): Promise<Summary[]> {
	for (;;) {
		const rows = await rowsOf<Summary>(stage.ask, "state=deleted_elsewhere");
		if (rows.length >= count || stage.clock.now() > untilMs) return rows;
		await pass(2 * pollMs, stage);
	}
}

/** One request for every thousand records. */
export async function restoreAll(ids: readonly string[], untilMs: number, stage: Stage): Promise<Restorations[]> {
	const { ask, clock } = stage;
	const begun: string[] = [];
	for (let start = 0; start < ids.length; start += restoredAtOnce) {
		const body = { deletions: ids.slice(start, start + restoredAtOnce), reason: "the outage" };
		const answer: Restorations = await ask("/restorations", { method: "POST", body, key: `all-from-${start}` });
		begun.push(answer.id);
	}
	for (let shownAtMs = clock.now(); ; await pause(clock.realMs(pollMs))) {
		const present: Restorations[] = [];
		for (const id of begun) present.push(await ask(`/restorations/${id}`));
		const isDone = present.every(({ state }) => state === "done");
		if (isDone || clock.now() > untilMs) return present;
		if (clock.now() < shownAtMs + 60_000) continue;
		shownAtMs = clock.now();
		const done = present.reduce((sum, { counts }) => sum + counts.restored, 0);
		stage.onProgress(`${done} of ${ids.length} are restored`);
	}
}
