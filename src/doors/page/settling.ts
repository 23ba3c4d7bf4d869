// Real settling times in words.
import { type Settling, settlingDays } from "../../deletion/settling.ts";
import { durationOf } from "./story.ts";

/** null if there are none. */
export function settlingSentence({ count, medianMs, slowestMs }: Settling): string | null {
	if (medianMs === null || slowestMs === null) return null;
	const whole = `In the last ${settlingDays} days, unbind saw ${count} restored ${count === 1 ? "binding" : "bindings"} become active`;
	if (count === 1) return `${whole}, after ${durationOf(medianMs)}.`;
	return `${whole}: the median took ${durationOf(medianMs)}, the slowest ${durationOf(slowestMs)}.`;
}
