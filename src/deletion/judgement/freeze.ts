// The freeze: while it lasts, nothing is deleted through any door.
import { type Actor, missingScope, type Party, partyOf, type ScopeMissing } from "../record/actor.ts";
import { at } from "../record/deletion.ts";

export interface Freeze {
	reason: string;
	by: Party;
	since: string;
	/** When it lifts itself; null: someone has to lift it. */
	until: string | null;
}

/** How many deletions are waiting, each counted once. */
export interface Waiting {
	approval: number;
	/** For their scheduled time. */
	time: number;
	/** Only for the freeze to be lifted: their time has come. */
	held: number;
}

export interface FreezeEvent {
	at: string;
	event: "frozen" | "lifted";
	by: Party;
	reason: string | null;
	until: string | null;
}

/** @param untilMs when it lifts itself; null: someone has to lift it. */
export const freezeOf = (reason: string, untilMs: number | null, actor: Actor, nowMs: number): Freeze => ({
	reason,
	by: partyOf(actor),
	since: at(nowMs),
	until: untilMs === null ? null : at(untilMs),
});

export const endsBefore = (one: Freeze, other: Freeze): boolean =>
	one.until !== null && (other.until === null || Date.parse(one.until) < Date.parse(other.until));

export type FreezeRefusal =
	| ScopeMissing
	| { code: "invalid_request"; detail: string }
	| { code: "conflict"; detail: string; freeze: Freeze };

/**
 * Why a freeze can't be set, or the current one can't be lifted; null if it can.
 * @param wanted null lifts the freeze.
 * @param by has no scopes if the caller is version 0.1.0, which checks them itself.
 */
export function refusedFreeze(
	wanted: Freeze | null,
	by: Party | Actor,
	present: Freeze | null,
	{ nowMs, hasReadHistory }: { nowMs: number; hasReadHistory: boolean },
): FreezeRefusal | null {
	if ("scopes" in by && !by.scopes.includes("freeze")) return missingScope(by, "freeze");
	if (wanted !== null && wanted.until !== null && Date.parse(wanted.until) <= nowMs)
		return { code: "invalid_request", detail: "The end of a freeze must be in the future." };
	if (present === null) return null;
	// The longer freeze has its reason. Shortening it takes two steps, and both are logged.
	if (wanted !== null && endsBefore(wanted, present)) {
		const detail = "A freeze that ends later is in force. To shorten it, lift it first.";
		return { code: "conflict", detail, freeze: present };
	}
	if (wanted === null && !hasReadHistory) {
		const detail =
			"unbind's Ledger is new and is still reading the history in KV. Lift the freeze when it is done. Try again in a minute.";
		return { code: "conflict", detail, freeze: present };
	}
	return null;
}
