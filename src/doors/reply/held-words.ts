// What lifting the freeze would start, for the person about to lift it.
import type { Waiting } from "../../deletion/judgement/freeze.ts";

export function heldWords({ approval, time, held }: Waiting): string {
	const others = `${approval} waiting for approval, ${time} scheduled.`;
	if (held === 0) return `Nothing starts right away. ${others}`;
	return `${held === 1 ? "1 deletion is due and starts" : `${held} deletions are due and start`} right away. ${others}`;
}
