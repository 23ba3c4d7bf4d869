// What many restorations need from the rest of the Ledger. Types only.

import type { Ports } from "../../deletion/ports.ts";
import type { Party } from "../../deletion/record/actor.ts";
import type { Deletion } from "../../deletion/record/deletion.ts";
import type { Left } from "../../deletion/restorations/order.ts";
import type { Result } from "../../deletion/result.ts";
import type { HistoryUnreadable } from "../../deletion/steps/decisions.ts";

export interface RestoringNeeds {
	ports(): Ports;
	now(): number;
	/** Whether a faulty configuration does not say what the actor may do. */
	isUncertain(party: Party): boolean;
	/** For how long a call that spares the rate limit would be held back now; usually 0. */
	spareMs(): number;
	/** What the watch knows. */
	leftIn(prefixId: string): Left;
	/** By any id that a caller was given. */
	recorded(id: string): Promise<Result<Deletion | null, HistoryUnreadable>>;
	/** Runs `act` while no other work on the record is under way. */
	alone<Value>(id: string, act: () => Promise<Value>): Promise<Value>;
}
