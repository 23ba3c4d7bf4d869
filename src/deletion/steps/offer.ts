// What the buttons of a chat message mean. A button carries only the offer's random id and the choice. Everything else is
// stored here, so neither a platform nor a person can change what gets deleted. A click grants nothing: the person who
// clicks is checked like any other caller.

import type { GuardName } from "../record/verdict.ts";
import { fail, ok, type Result } from "../result.ts";
import { options } from "./options.ts";

export const choices = ["delete", "dismiss", "lift", "restoreAll", ...options] as const;
export type Choice = (typeof choices)[number];

interface OfferTerms {
	platform: string;
	channel: string;
	/** The platform's id of its user. Without one, anyone may press it until it expires; the core decides only once. */
	user: string | null;
	choices: readonly Choice[];
	expiresAtMs: number;
	/** Where later messages go, on platforms whose clicks carry no address. */
	followUp: string | null;
}

/** The plan that was shown. */
export interface OfferedPlan {
	/** What the caller named. */
	named: string;
	bindingId: string;
	prefixId: string;
	snapshot: string;
	reason: string | null;
	/** The risks the card named: pressing its button acknowledges them. */
	acknowledge: readonly GuardName[];
}

/** What of a mass deletion was shown as about to be restored. */
export interface OfferedRestorations {
	/** The records' ids. */
	deletions: readonly string[];
	reason: string | null;
}

/** What an offer is about. */
export type Subject =
	| { about: "plan"; plan: OfferedPlan }
	| { about: "deletion"; deletionId: string }
	| { about: "restorations"; restorations: OfferedRestorations }
	| { about: "freeze" };

export type Offer = OfferTerms & Subject;

export interface Press {
	offerId: string;
	choice: Choice;
	platform: string;
	channel: string;
	user: string;
	/** The platform's id of this click, the same if it is delivered again. */
	pressId: string;
}

export interface Use {
	pressId: string;
	choice: Choice;
}

export type OfferFailure = "no_such_offer" | "not_yours" | "expired" | "used";

/**
 * Whether a click counts. A redelivered click counts again: what it starts is done only once anyway.
 * @param used how the offer was used before.
 */
export function judgePress(
	offer: Offer | null,
	used: Use | null,
	press: Press,
	nowMs: number,
): Result<Offer, OfferFailure> {
	if (offer === null || offer.platform !== press.platform || offer.channel !== press.channel)
		return fail("no_such_offer");
	if (!offer.choices.includes(press.choice)) return fail("no_such_offer");
	if (offer.user !== null && offer.user !== press.user) return fail("not_yours");
	if (used !== null) return used.pressId === press.pressId && used.choice === press.choice ? ok(offer) : fail("used");
	return nowMs < offer.expiresAtMs ? ok(offer) : fail("expired");
}
