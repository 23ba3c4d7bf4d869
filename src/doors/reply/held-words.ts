// What lifting a freeze sets going, for those who are about to do it.
import type { Waiting } from "../../deletion/judgement/freeze.ts";

export function heldWords({ approval, time, held }: Waiting): string {
	const others = `${approval} wait for an approval, ${time} for their time.`;
	if (held === 0) return `No deletion starts at once. ${others}`;
	return `${held === 1 ? "1 deletion is due and starts" : `${held} deletions are due and start`} at once. ${others}`;
}
