// The kill switch: while it is on, nothing is deleted through any door.
import type { Party } from "./actor.ts";

export interface Freeze {
	reason: string;
	by: Party;
	since: string;
	/** It lifts itself then; null: somebody has to lift it. */
	until: string | null;
}

export interface FreezeEvent {
	at: string;
	event: "frozen" | "lifted";
	by: Party;
	reason: string | null;
	until: string | null;
}
