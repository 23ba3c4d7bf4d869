// The freeze as doors show it.

import type { Freeze, Waiting } from "../../deletion/judgement/freeze.ts";

/** For the API: every member is present, frozen or not. */
export const shownFreeze = (freeze: Freeze | null) => ({
	frozen: freeze !== null,
	reason: null,
	by: null,
	since: null,
	until: null,
	...freeze,
});

/** What lifting the freeze would start, for the person about to lift it. */
export function heldWords({ approval, time, held }: Waiting): string {
	const others = `${approval} waiting for approval, ${time} scheduled.`;
	if (held === 0) return `Nothing starts right away. ${others}`;
	return `${held === 1 ? "1 deletion is due and starts" : `${held} deletions are due and start`} right away. ${others}`;
}
