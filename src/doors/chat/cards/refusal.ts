// Why something was not done: one sentence each.
import type { OfferFailure } from "../../../deletion/course/offer.ts";
import { type Card, card } from "../card.ts";

/** Why somebody is not listened to at all. */
export type Deafness = "other_workspace" | "other_channel" | "unknown_user";

export const refusalCard = (detail: string): Card => card("That was not done", { tone: "bad", text: [detail] });

const offerSentences: Record<OfferFailure, string> = {
	no_such_offer: "This button is not one of unbind's, or is too old. Nothing was deleted by it; ask again.",
	not_yours: "This button is for the one who asked. Ask yourself, and you get one of your own.",
	expired: "This button could be pressed for five minutes, and they are over. Nothing was deleted by it; ask again.",
	used: "This was pressed already, and counts once. What came of it stands in the history.",
};
export const deadButtonCard = (failure: OfferFailure): Card => refusalCard(offerSentences[failure]);

export function deafCard(why: Deafness, user: string): Card {
	const sentences: Record<Deafness, string> = {
		other_workspace: "unbind does not listen to this workspace.",
		other_channel: "unbind does not listen in this channel. Ask in one of those that its configuration names.",
		unknown_user: `unbind's configuration does not name you. Who looks after it can add you, by your id: ${user}`,
	};
	return refusalCard(sentences[why]);
}

export const noAnswerCard = card("No answer in time", {
	tone: "careful",
	text: ["unbind's ledger did not answer in time. What was started goes on by itself: look for it in the history."],
});

export const brokenCard = refusalCard(
	"unbind failed at this. What was begun goes on by itself, and the history has it.",
);
