// Freezes deletions for a while, and lifts the freeze.
import { setTimeout as pause } from "node:timers/promises";
import { callers } from "../account.ts";
import { asJson } from "../doors/api.ts";
import type { Freezing } from "../schedule.ts";
import { createAsk, type Stage } from "./ask.ts";

export function createFreezer(stage: Stage) {
	const ask = createAsk(stage);
	const step = { name: "freezing" };
	const by = callers[0] ?? "";

	async function turn(to: "on" | "off"): Promise<void> {
		const body = JSON.stringify({ reason: "the chaos" });
		const init = () => (to === "on" ? { method: "PUT", headers: asJson, body } : { method: "DELETE" });
		stage.witness.note({ kind: "freeze_asked", to });
		for (let answer = null; answer?.status !== 200; await pause(20)) {
			answer = await ask({ what: "freeze", step, path: "/freeze", init, by });
			if (answer === null) return;
		}
		stage.witness.note({ kind: "freeze_turned", to });
	}

	return {
		async freeze({ lastsMs }: Freezing): Promise<void> {
			await turn("on");
			await stage.clock.pause(lastsMs);
			await turn("off");
		},
		lift: () => turn("off"),
	};
}
