// What a user asks for, and what unbind replies before a platform renders it. Each reason to refuse has one sentence.

import { type Card, card } from "../../cards/card.ts";
import type { PlatformName } from "../../config/chat.ts";
import type { Actor, Scope } from "../../deletion/record/actor.ts";
import type { OfferFailure } from "../../deletion/steps/offer.ts";
import { lacks } from "../auth/authenticate.ts";
import type { Context } from "../context.ts";
import type { LedgerClient } from "../ledger-client.ts";
import { closedProblem } from "../misconfigured.ts";

/** A command or press by a user who may use unbind here, and what answering it needs. */
export interface ChatRequest {
	actor: Actor;
	context: Context;
	ledger: LedgerClient;
	platform: PlatformName;
	channel: string;
	userId: string;
	/** unbind's origin, for links to its pages. */
	origin: string;
	/** Where the platform accepts later messages; null if it gave no address. */
	address: string | null;
}

/** The result of a command or a click. */
export interface Reply {
	/** Only the caller sees it. */
	card: Card;
	/** Replaces the message whose button was pressed; otherwise appears beside it. */
	replaces: boolean;
	/** Goes to the channel as a separate message. */
	announcement: Card | null;
}

export const reply = (card: Card, more: Partial<Omit<Reply, "card">> = {}): Reply => ({
	card,
	replaces: false,
	announcement: null,
	...more,
});

const refusalCard = (detail: string): Card => card("Not done", { tone: "bad", text: [detail] });

export const refused = (detail: string): Reply => reply(refusalCard(detail));

/** The Ledger refused, or did not answer. */
export const refusedBy = ({ code, detail }: { code: string; detail: string }): Reply =>
	code === "ledger_unreachable" ? reply(noAnswerCard) : refused(detail);

/** null while deletions are open. */
export function refusedWhileClosed({ context }: ChatRequest): Reply | null {
	const closed = closedProblem("deletions", context);
	return closed === null ? null : refused(closed.detail);
}

/** null if the actor has the scope. */
export function refusedWithout(scope: Scope, { actor }: ChatRequest): Reply | null {
	const missing = lacks(actor, scope);
	return missing === null ? null : refused(missing.detail);
}

/** Why a user may not use unbind here at all. */
export type NotAllowed = "other_workspace" | "other_channel" | "unknown_user";

export function notAllowedCard(why: NotAllowed, user: string): Card {
	const sentences: Record<NotAllowed, string> = {
		other_workspace: "unbind is not set up for this workspace.",
		other_channel: "unbind is not set up for this channel. Use one of the channels in its configuration.",
		unknown_user: `You are not in unbind's configuration. Ask its operator to add your id: ${user}`,
	};
	return refusalCard(sentences[why]);
}

const offerSentences: Record<OfferFailure, string> = {
	no_such_offer: "This button no longer works. Nothing was done. Run the command again.",
	not_yours: "Only the person who asked can use this button. Run the command to get your own.",
	expired: "This button has expired. Nothing was done. Run the command again.",
	used: "This button has already been used, and it works once. The history shows the result.",
};
export const deadButtonCard = (failure: OfferFailure): Card => refusalCard(offerSentences[failure]);

export const noAnswerCard = card("No answer", {
	tone: "careful",
	text: ["unbind's Ledger did not answer. Anything already started continues; look in the history."],
});

export const brokenCard = refusalCard("unbind failed. Anything already started continues; look in the history.");
