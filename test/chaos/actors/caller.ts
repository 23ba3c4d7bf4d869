// One caller, acting as an automation or a person would. It sends requests through one of the doors, retries under the
// same key if the connection breaks, and follows the record until it settles. Some callers leave half-way, and some
// cancel.
import { neighbourOf } from "../account.ts";
import type { Step } from "../schedule.ts";
import { createAsk, isPassing, type Stage } from "./ask.ts";
import { createDecider } from "./decide.ts";
import { createRemover } from "./remove.ts";

const triesAtMost = 6;
const longestPauseMs = 30_000;
const followPauseMs = 4_000;
const restorable = ["deleted", "already_gone", "deleted_elsewhere", "restored"];

export function createCaller(caller: string, stage: Stage) {
	const { upstream, clock } = stage;
	const ask = createAsk(stage);
	const decider = createDecider(caller, ask, stage);
	const remover = createRemover(caller, ask, stage);

	async function remove(step: Step, bindingId: string | null): Promise<void> {
		if (!stage.count()) return;
		if (step.mischief !== null && stage.mayStrike()) upstream.order(step.mischief, step.slot, bindingId);
		const answer = await remover.remove(step, bindingId);
		if (answer?.id == null) return;
		const isOpen = answer.status === 202 || answer.status === 504 || answer.state === null;
		if (isOpen && !["refused", "failed"].includes(answer.state ?? "")) return follow(step, answer.id);
	}

	async function restore(step: Step): Promise<void> {
		// The history knows which record can be restored.
		const rows = await ask({
			what: "record",
			step,
			path: `/deletions?prefix=${step.slot.prefixId}&limit=200`,
			by: caller,
		});
		const row = rows?.json?.deletions?.find(
			(one: { cidr: string; state: string }) => one.cidr === step.slot.cidr && restorable.includes(one.state),
		);
		if (row === undefined) return;
		if (step.mischief !== null && stage.mayStrike()) upstream.order(step.mischief, step.slot, null);
		for (let tries = 0; tries < triesAtMost; tries++) {
			const once = (by: string) => decider.restore(step, row.id, by);
			const [answer] = await Promise.all(step.doubled ? [once(caller), once(neighbourOf(caller))] : [once(caller)]);
			if (!answer) return;
			if (answer.status === 202 || answer.status === 504) await follow(step, row.id);
			else if (!isPassing(answer) && answer.restoration !== "failed") return;
			if (answer.restoration === "restored" || answer.restoration === "already_bound") return;
			await clock.pause(Math.min(answer.retryAfterMs, longestPauseMs));
		}
	}

	async function follow(step: Step, id: string): Promise<void> {
		let isDecided = false;
		for (; !stage.signal.aborted; await clock.pause(followPauseMs)) {
			const answer = await ask({ what: "record", step, path: `/deletions/${id}`, by: caller });
			if (answer === null || answer.status === 404) return;
			if (answer.state === "pending_approval" && !isDecided) {
				isDecided = true;
				await decider.approve(step, id);
			} else if (answer.state === "scheduled") {
				if (step.cancels && !isDecided) await decider.cancel(step, id);
				// It starts without a caller waiting for it.
				return;
			} else if (answer.settled && !["restoring", "unknown"].includes(answer.restoration ?? "")) return;
		}
	}

	return {
		/** Runs one step to its end. */
		async take(planned: Step): Promise<void> {
			const empty = planned.brings === null ? [] : upstream.empty();
			const slot = empty[Math.floor((planned.brings ?? 0) * empty.length)] ?? planned.slot;
			const step = { ...planned, slot };
			const bindingId = upstream.standing(slot);
			await (bindingId !== null || step.insists ? remove(step, bindingId) : restore(step));
		},
	};
}
