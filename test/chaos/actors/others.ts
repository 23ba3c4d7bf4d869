// Others at work in the account, as soon as the watch has looked at all of it once.
import { setTimeout as pause } from "node:timers/promises";
import { callers } from "../account.ts";
import { type Deed, orderOf } from "../deeds.ts";
import { createAsk, type Stage } from "./ask.ts";

const pollMs = 100;

export function createOthers(stage: Stage) {
	const { upstream, signal } = stage;
	const ask = createAsk(stage);
	const about = { what: "status", step: { name: "watching" }, by: callers[0] ?? "" } as const;

	return {
		async whenWatched(): Promise<void> {
			for (; !signal.aborted; await pause(pollMs)) {
				const status = await ask({ ...about, path: "/status" });
				if (typeof status?.json?.watch?.looked_since === "string") return;
			}
		},
		act(deed: Deed): void {
			const order = orderOf(deed, (slot) => upstream.standing(slot) !== null);
			if (order !== null) upstream.elsewhere(order);
		},
	};
}
