// Runs a command or a button press and makes the reply.
import type { Offer, Press } from "../../deletion/course/offer.ts";
import type { Result } from "../../deletion/result.ts";
import { type Card, type Reply, reply } from "./card.ts";
import { helpCard, misreadCard } from "./cards/help.ts";
import { dismissedCard, lookingCard, workingCard } from "./cards/plan.ts";
import { deadButtonCard, noAnswerCard } from "./cards/refusal.ts";
import type { Command, Misread } from "./command.ts";
import { askToLift, turnFreeze } from "./freeze.ts";
import { change, resolve } from "./lifecycle.ts";
import { deletePlanned, showPlan } from "./plan.ts";
import { showHistory, showRecord } from "./records.ts";
import type { Talk } from "./talk.ts";

export interface Turn {
	/** Shown until the reply is ready; null if the message with the button should stay. */
	meanwhile: Card | null;
	reply: Promise<Reply>;
	/** Where later messages go, and whether the caller would see a private message sent there. */
	address: string | null;
	isCallers: boolean;
	/** The button does not exist, so the caller may be guessing ids. */
	isGuess: boolean;
}

const turn = (reply: Promise<Reply>, address: string | null, more: Partial<Turn> = {}): Turn => ({
	meanwhile: null,
	reply,
	address,
	isCallers: true,
	isGuess: false,
	...more,
});

/** A reply that is ready now; nothing else happens. */
export const said = (card: Card, address: string | null, more: Partial<Turn> = {}): Turn =>
	turn(Promise.resolve(reply(card)), address, more);

export function answerCommand(command: Result<Command, Misread>, talk: Talk): Turn {
	if (!command.ok) return said(misreadCard(command.failure), talk.address);
	const what = "target" in command.value ? (command.value.target?.named ?? "the history") : "it";
	return turn(run(command.value, talk), talk.address, { meanwhile: lookingCard(what) });
}

async function run(command: Command, talk: Talk): Promise<Reply> {
	switch (command.verb) {
		case "help":
			return reply(helpCard());
		case "delete":
			return showPlan(command.target, command.reason, talk);
		case "history":
			return showHistory(command.target, talk);
		case "show":
			return showRecord(command.id, talk);
		case "resolve":
			return resolve(command, talk);
		case "freeze":
			return turnFreeze(command.reason, talk);
		case "unfreeze":
			return askToLift(talk);
		default:
			return change(command.verb, command.id, talk);
	}
}

/**
 * Resolves once the Ledger has accepted or refused the press: only then is it known whether the message may be replaced. A
 * button for everyone stays for the others if this user may not press it. A personal button is used up either way.
 */
export async function answerPress(press: Press, talk: Talk): Promise<Turn> {
	const taken = await talk.ledger.press(press);
	if (!taken.ok) {
		const { failure } = taken;
		if (typeof failure === "object") return said(noAnswerCard, talk.address);
		return said(deadButtonCard(failure), talk.address, { isGuess: failure === "no_such_offer" });
	}
	const offer = taken.value;
	const address = talk.address ?? offer.followUp;
	const done = carryOut(offer, press, { ...talk, address });
	if (offer.user === null) return turn(done, address, { isCallers: talk.address !== null });
	const inItsPlace = done.then((one) => ({ ...one, replaces: true }));
	return turn(inItsPlace, address, { meanwhile: workingCard });
}

/** The Ledger has checked that the offer has this choice. */
async function carryOut(offer: Offer, { choice, offerId }: Press, talk: Talk): Promise<Reply> {
	if (choice === "dismiss") return reply(dismissedCard);
	if (offer.about === "freeze") return turnFreeze(null, talk);
	if (offer.about === "plan") return deletePlanned(offer.plan, offerId, talk);
	return choice === "delete" || choice === "lift" ? reply(dismissedCard) : change(choice, offer.deletionId, talk);
}
