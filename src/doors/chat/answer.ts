// Runs a command or a button press and makes the reply.
import type { Offer, Press } from "../../deletion/course/offer.ts";
import type { Result } from "../../deletion/result.ts";
import { type Card, type Reply, reply } from "./card.ts";
import { commandErrorCard, helpCard } from "./cards/help.ts";
import { dismissedCard, lookingCard, workingCard } from "./cards/plan.ts";
import type { Command, CommandError } from "./command.ts";
import { askToLift, turnFreeze } from "./freeze.ts";
import { deletePlanned, showPlan } from "./plan.ts";
import type { Call } from "./platforms/platform.ts";
import { change, resolve, showHistory, showRecord } from "./records.ts";
import { type ChatRequest, deadButtonCard, noAnswerCard } from "./request.ts";

export interface Pending {
	/** Shown until the reply is ready; null if the message with the button should stay. */
	meanwhile: Card | null;
	reply: Promise<Reply>;
	/** Where later messages go, and whether the caller would see a private message sent there. */
	address: string | null;
	isCallers: boolean;
	/** The button does not exist, so the caller may be guessing ids. */
	isGuess: boolean;
}

const pending = (reply: Promise<Reply>, address: string | null, more: Partial<Pending> = {}): Pending => ({
	meanwhile: null,
	reply,
	address,
	isCallers: true,
	isGuess: false,
	...more,
});

/** A reply that is ready now; nothing else happens. */
export const replyNow = (card: Card, address: string | null, more: Partial<Pending> = {}): Pending =>
	pending(Promise.resolve(reply(card)), address, more);

/** Carries out what the user asked for. */
export function answer(call: Call, request: ChatRequest): Promise<Pending> {
	if (call.kind === "command") return Promise.resolve(answerCommand(call.command, request));
	const { platform, channel, userId: user } = request;
	return answerPress({ ...call.press, platform, channel, user }, request);
}

function answerCommand(command: Result<Command, CommandError>, request: ChatRequest): Pending {
	if (!command.ok) return replyNow(commandErrorCard(command.failure), request.address);
	const what = "target" in command.value ? (command.value.target?.named ?? "the history") : "it";
	return pending(run(command.value, request), request.address, { meanwhile: lookingCard(what) });
}

async function run(command: Command, request: ChatRequest): Promise<Reply> {
	switch (command.verb) {
		case "help":
			return reply(helpCard());
		case "delete":
			return showPlan(command.target, command.reason, request);
		case "history":
			return showHistory(command.target, request);
		case "show":
			return showRecord(command.id, request);
		case "resolve":
			return resolve(command, request);
		case "freeze":
			return turnFreeze(command.reason, request);
		case "unfreeze":
			return askToLift(request);
		default:
			return change(command.verb, command.id, request);
	}
}

/**
 * Resolves once the Ledger has accepted or refused the press: only then is it known whether the message may be replaced. A
 * button for everyone stays for the others if this user may not press it. A personal button is used up either way.
 */
async function answerPress(press: Press, request: ChatRequest): Promise<Pending> {
	const taken = await request.ledger.press(press);
	if (!taken.ok) {
		const { failure } = taken;
		if (typeof failure === "object") return replyNow(noAnswerCard, request.address);
		return replyNow(deadButtonCard(failure), request.address, { isGuess: failure === "no_such_offer" });
	}
	const offer = taken.value;
	const address = request.address ?? offer.followUp;
	const done = carryOut(offer, press, { ...request, address });
	if (offer.user === null) return pending(done, address, { isCallers: request.address !== null });
	const inItsPlace = done.then((one) => ({ ...one, replaces: true }));
	return pending(inItsPlace, address, { meanwhile: workingCard });
}

/** The Ledger has checked that the offer has this choice. */
async function carryOut(offer: Offer, { choice, offerId }: Press, request: ChatRequest): Promise<Reply> {
	if (choice === "dismiss") return reply(dismissedCard);
	if (offer.about === "freeze") return turnFreeze(null, request);
	if (offer.about === "plan") return deletePlanned(offer.plan, offerId, request);
	return choice === "delete" || choice === "lift" ? reply(dismissedCard) : change(choice, offer.deletionId, request);
}
