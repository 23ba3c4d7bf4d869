// Requests about an existing record: an approval, a cancellation or a restoration.
import { chatPeople, neighbourOf } from "../account.ts";
import { asJson } from "../doors/api.ts";
import { chatCommand, chatPath } from "../doors/chat.ts";
import type { Step } from "../schedule.ts";
import { type Answer, type Ask, isPassing, type Stage } from "./ask.ts";

const triesAtMost = 6;
const longestPauseMs = 30_000;

export function createDecider(caller: string, ask: Ask, { witness, clock }: Stage) {
	const [, approver] = chatPeople;

	return {
		async approve(step: Step, id: string): Promise<void> {
			if (step.door === "page" && step.word === "approve") {
				witness.note({ kind: "asked", caller: approver, step: step.name, what: "approval", target: id });
				const init = () => chatCommand(`approve ${id}`, approver, clock.now());
				await ask({ what: "approval", step, path: chatPath, init, by: approver });
				return;
			}
			const by = neighbourOf(caller);
			witness.note({ kind: "asked", caller: by, step: step.name, what: "approval", target: id });
			const init = () => ({ method: "POST", headers: asJson, body: JSON.stringify({ decision: step.word }) });
			for (let tries = 0; tries < triesAtMost; tries++) {
				const answer = await ask({ what: "approval", step, path: `/deletions/${id}/approval`, init, by });
				if (answer === null || !isPassing(answer)) return;
				await clock.pause(Math.min(answer.retryAfterMs, longestPauseMs));
			}
		},
		async cancel(step: Step, id: string): Promise<void> {
			witness.note({ kind: "asked", caller, step: step.name, what: "cancellation", target: id });
			const path = `/deletions/${id}/cancellation`;
			await ask({ what: "cancellation", step, path, init: () => ({ method: "POST" }), by: caller });
		},
		restore(step: Step, id: string, by: string): Promise<Answer | null> {
			witness.note({ kind: "asked", caller: by, step: step.name, what: "restoration", target: id });
			const init = () => ({ method: "POST", headers: { prefer: "wait=20" } });
			const path = `/deletions/${id}/restoration`;
			return ask({ what: "restoration", step, path, init, by, leavesAfterMs: step.walksAwayAfterMs });
		},
	};
}
