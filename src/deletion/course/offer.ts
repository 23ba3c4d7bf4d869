// What the buttons of a chat message stand for. A button carries the offer's id, which is random, and the choice; all else
// is kept here, so that nothing which a platform or a person could change says what is to be deleted. A click is no
// permission either: who clicks is judged like everybody else.

import type { GuardName } from "../record/verdict.ts";
import { fail, ok, type Result } from "../result.ts";
import { options } from "./options.ts";

export const choices = ["delete", "dismiss", "lift", ...options] as const;
export type Choice = (typeof choices)[number];

interface Terms {
	platform: string;
	channel: string;
	/** The platform's id of the one whose it is. One of nobody's stands until it ends: that its subject is decided once, the core sees to. */
	user: string | null;
	choices: readonly Choice[];
	expiresAtMs: number;
	/** Where later messages go on a platform whose clicks bring no address of their own. */
	followUp: string | null;
}

/** A plan as it was shown. */
export interface OfferedPlan {
	/** What the caller named. */
	named: string;
	bindingId: string;
	prefixId: string;
	snapshot: string;
	reason: string | null;
	/** The risks that the card named, which whoever presses its button has read. */
	acknowledge: readonly GuardName[];
}

export type Offer = Terms &
	({ about: "plan"; plan: OfferedPlan } | { about: "deletion"; deletionId: string } | { about: "freeze" });

export interface Press {
	offerId: string;
	choice: Choice;
	platform: string;
	channel: string;
	user: string;
	/** The platform's name of this one click, the same when it is delivered again. */
	pressId: string;
}

export interface Use {
	pressId: string;
	choice: Choice;
}

export type OfferFailure = "no_such_offer" | "not_yours" | "expired" | "used";

/**
 * Whether a click counts. The same click, delivered again, counts again: what follows from it is done once all the same.
 * @param used what was made of the offer before.
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
