// Reads the history all the time, above all the records that callers just heard about, while KV lags or is down.
import { setTimeout as pause } from "node:timers/promises";
import { callers } from "../account.ts";
import type { Dice } from "../dice.ts";
import { createAsk, type Stage } from "./ask.ts";

const pauseMs = 120;
/** Picks among this many of the latest records. */
const among = 12;

export async function readHistory(stage: Stage, dice: Dice): Promise<void> {
	const ask = createAsk(stage);
	const step = { name: "reading" };
	const by = callers.at(-1) ?? "";
	const list = async (query: string, filter: { binding: string | null }) => {
		const askedAtMs = stage.clock.now();
		const answer = await ask({ what: "history", step, path: `/deletions?${query}`, by });
		if (answer?.status !== 200 || !Array.isArray(answer.json?.deletions)) return;
		const rows = answer.json.deletions.map(({ id, state }: { id: string; state: string }) => ({ id, state }));
		stage.witness.note({ kind: "history_read", askedAtMs, ...filter, rows, isWhole: answer.json.next === null });
	};

	for (; !stage.signal.aborted; await pause(pauseMs)) {
		await list("limit=100", { binding: null });
		const told = stage.witness.settledLately(among);
		if (told.length === 0) continue;
		const { id, bindingId } = dice.pick(told);
		await ask({ what: "record", step, path: `/deletions/${id}`, by });
		if (bindingId !== null) await list(`binding=${bindingId}&limit=100`, { binding: bindingId });
	}
}
