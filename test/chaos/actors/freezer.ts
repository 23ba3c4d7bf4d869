// Freezes deletions for a while, and lifts the freeze. It also lifts the freezes of the watch, which have no end.
import { setTimeout as pause } from "node:timers/promises";
import { callers } from "../account.ts";
import { asJson } from "../doors/api.ts";
import type { Freezing } from "../schedule.ts";
import { createAsk, type Stage } from "./ask.ts";

const pollMs = 500;

export function createFreezer(stage: Stage) {
	const ask = createAsk(stage);
	const about = { what: "freeze", step: { name: "freezing" }, path: "/freeze", by: callers[0] ?? "" } as const;
	let last: Promise<void> = Promise.resolve();
	/** One after the other, so that what is noted is what happens. */
	const inTurn = (act: () => Promise<void>): Promise<void> => {
		last = last.then(act);
		return last;
	};

	async function turn(to: "on" | "off"): Promise<void> {
		const body = JSON.stringify({ reason: "the chaos" });
		const init = () => (to === "on" ? { method: "PUT", headers: asJson, body } : { method: "DELETE" });
		stage.witness.note({ kind: "freeze_asked", to });
		for (let answer = null; answer?.status !== 200; await pause(20)) {
			answer = await ask({ ...about, init });
			if (answer === null) return;
		}
		stage.witness.note({ kind: "freeze_turned", to });
	}

	async function liftTheWatchs(): Promise<void> {
		const answer = await ask(about);
		if (answer?.json?.frozen !== true || answer.json.by?.door !== "watch") return;
		stage.witness.note({ kind: "frozen_by_watch" });
		stage.witness.note({ kind: "freeze_turned", to: "on" });
		await turn("off");
	}

	return {
		async freeze({ lastsMs }: Freezing): Promise<void> {
			await inTurn(() => turn("on"));
			await stage.clock.pause(lastsMs);
			await inTurn(() => turn("off"));
		},
		lift: () => inTurn(() => turn("off")),
		/** Until the end. */
		async attend(): Promise<void> {
			for (; !stage.signal.aborted; await pause(pollMs)) await inTurn(liftTheWatchs);
		},
	};
}
