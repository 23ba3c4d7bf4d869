// What a faulty configuration holds back, in the form of a freeze: nothing is deleted, or nothing by some actors, until it is
// fixed. A faulty limit must not silently become the default.
import { partBehind } from "../config/authority.ts";
import type { ConfigProblem } from "../config/problem.ts";
import type { Config } from "../config.ts";
import type { Freeze } from "../deletion/judgement/freeze.ts";
import type { Party } from "../deletion/record/actor.ts";
import { at } from "../deletion/record/deletion.ts";
import { ownParty } from "./freezes.ts";

export function createFaults({ problemsClosing }: Pick<Config, "problemsClosing">, now: () => number) {
	const limits = problemsClosing("deletions");
	const behind = (party: Party): readonly ConfigProblem[] => {
		const part = partBehind(party);
		return part === null ? [] : problemsClosing(part);
	};
	const freezeFor = (problems: readonly ConfigProblem[]): Freeze | null => {
		if (problems.length === 0) return null;
		const settings = [...new Set(problems.map(({ plain }) => plain.setting))].join(", ");
		return { reason: `unbind is misconfigured: ${settings}.`, by: ownParty, since: at(now()), until: null };
	};
	return {
		/** Why nothing can be deleted; usually null. */
		onAll: () => freezeFor(limits),
		/** Why this actor's deletions are held; usually null. */
		on: (party: Party) => freezeFor([...limits, ...behind(party)]),
		/** Whether it is unknown what the actor may do. */
		isUncertain: (party: Party) => behind(party).length > 0,
	};
}
