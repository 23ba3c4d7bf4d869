// Why something was not done, in one sentence each.
import type { OfferFailure } from "../../../deletion/course/offer.ts";
import { type Card, card } from "../card.ts";

/** Why a user may not use unbind here at all. */
export type NotAllowed = "other_workspace" | "other_channel" | "unknown_user";

export const refusalCard = (detail: string): Card => card("Not done", { tone: "bad", text: [detail] });

const offerSentences: Record<OfferFailure, string> = {
	no_such_offer: "This button is unknown or too old. Nothing was deleted; run the command again.",
	not_yours: "Only the person who asked can use this button. Run the command to get your own.",
	expired: "This button expired after five minutes. Nothing was deleted; run the command again.",
	used: "This button was already used, and it works once. The history shows the result.",
};
export const deadButtonCard = (failure: OfferFailure): Card => refusalCard(offerSentences[failure]);

export function notAllowedCard(why: NotAllowed, user: string): Card {
	const sentences: Record<NotAllowed, string> = {
		other_workspace: "unbind is not set up for this workspace.",
		other_channel: "unbind is not set up for this channel. Use one of the channels in its configuration.",
		unknown_user: `You are not in unbind's configuration. Ask its operator to add your id: ${user}`,
	};
	return refusalCard(sentences[why]);
}

export const noAnswerCard = card("No answer", {
	tone: "careful",
	text: ["unbind's ledger did not answer. Anything already started continues; look in the history."],
});

export const brokenCard = refusalCard("unbind failed. Anything already started continues; look in the history.");
