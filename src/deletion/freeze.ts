// The kill switch: while it is on, nothing is deleted through any door.
import type { Party } from "./actor.ts";

export interface Freeze {
	reason: string;
	by: Party;
	since: string;
	/** It lifts itself then; null: somebody has to lift it. */
	until: string | null;
}

/** How many deletions wait, each counted once. */
export interface Waiting {
	approval: number;
	/** Their time has not come. */
	time: number;
	/** Their time has come: they start when the freeze is lifted. */
	held: number;
}

export interface FreezeEvent {
	at: string;
	event: "frozen" | "lifted";
	by: Party;
	reason: string | null;
	until: string | null;
}
