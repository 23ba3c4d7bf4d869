// Runs a command or a button press and makes the reply. The verbs themselves are in plan, records, lost and freeze; only the
// help and what is wrong with a command are answered here.

import { type Card, card, type Fact } from "../../cards/card.ts";
import type { Result } from "../../deletion/result.ts";
import type { Offer, Press } from "../../deletion/steps/offer.ts";
import { type Command, type CommandError, type Verb, verbNames, verbs } from "./command.ts";
import { askToLift, turnFreeze } from "./freeze.ts";
import { askToRestoreAll, restoreAll, showLost } from "./lost.ts";
import { deletePlanned, showPlan } from "./plan.ts";
import type { Call } from "./platforms/platform.ts";
import { change, resolve, showHistory, showRecord } from "./records.ts";
import { type ChatRequest, deadButtonCard, noAnswerCard, type Reply, refusedWithout, reply } from "./reply.ts";

export interface ReplyInProgress {
	/** Shown until the reply is ready; null if the message with the button should stay. */
	meanwhile: Card | null;
	reply: Promise<Reply>;
	/** Where later messages go, and whether the caller would see a private message sent there. */
	address: string | null;
	callerCanSee: boolean;
	/** The button does not exist, so the caller may be guessing ids. */
	isGuess: boolean;
}

const inProgress = (
	reply: Promise<Reply>,
	address: string | null,
	more: Partial<ReplyInProgress> = {},
): ReplyInProgress => ({
	meanwhile: null,
	reply,
	address,
	callerCanSee: true,
	isGuess: false,
	...more,
});

/** A reply that is ready now; nothing else happens. */
export const replyNow = (card: Card, address: string | null, more: Partial<ReplyInProgress> = {}): ReplyInProgress =>
	inProgress(Promise.resolve(reply(card)), address, more);

/** Carries out what the user asked for. */
export function answer(call: Call, request: ChatRequest): Promise<ReplyInProgress> {
	if (call.kind === "command") return Promise.resolve(answerCommand(call.command, request));
	const { platform, channel, userId: user } = request;
	return answerPress({ ...call.press, platform, channel, user }, request);
}

function answerCommand(command: Result<Command, CommandError>, request: ChatRequest): ReplyInProgress {
	if (!command.ok) return replyNow(commandErrorCard(command.failure), request.address);
	const what = "target" in command.value ? (command.value.target?.named ?? "the history") : "it";
	// Only a press has a message to replace.
	const beside = run(command.value, request).then((one) => ({ ...one, replaces: false }));
	return inProgress(beside, request.address, { meanwhile: lookingCard(what) });
}

async function run(command: Command, request: ChatRequest): Promise<Reply> {
	const { scope } = verbs[command.verb];
	const refusal = scope === null ? null : refusedWithout(scope, request);
	if (refusal !== null) return refusal;
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
		case "lost":
			return showLost(request);
		case "restore-all":
			return askToRestoreAll(command, request);
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
async function answerPress(press: Press, request: ChatRequest): Promise<ReplyInProgress> {
	const taken = await request.ledger.press(press);
	if (!taken.ok) {
		const { failure } = taken;
		if (typeof failure === "object") return replyNow(noAnswerCard, request.address);
		return replyNow(deadButtonCard(failure), request.address, { isGuess: failure === "no_such_offer" });
	}
	const offer = taken.value;
	const address = request.address ?? offer.followUp;
	const done = carryOutPress(offer, press, { ...request, address });
	if (offer.user === null) return inProgress(done, address, { callerCanSee: request.address !== null });
	const inItsPlace = done.then((one) => ({ ...one, replaces: true }));
	return inProgress(inItsPlace, address, { meanwhile: workingCard });
}

/** The Ledger has checked that the offer has this choice. */
async function carryOutPress(offer: Offer, { choice, offerId }: Press, request: ChatRequest): Promise<Reply> {
	if (choice === "dismiss") return reply(offer.about === "restorations" ? notRestoredCard : dismissedCard);
	if (offer.about === "freeze") return turnFreeze(null, request);
	if (offer.about === "plan") return deletePlanned(offer.plan, offerId, request);
	if (offer.about === "restorations") return restoreAll(offer.restorations, offerId, request);
	const isOption = choice !== "delete" && choice !== "lift" && choice !== "restoreAll";
	return isOption ? change(choice, offer.deletionId, request) : reply(dismissedCard);
}

const dismissedCard: Card = card("Nothing was deleted", { text: ["You cancelled."] });

const notRestoredCard: Card = card("Nothing was restored", { text: ["You cancelled."] });

const lookingCard = (what: string): Card => card(`Looking at ${what} …`);

const workingCard: Card = card("Working on it …", {
	text: ["It continues even if this message disappears. The history shows the result."],
});

const helpCard = (): Card =>
	card("unbind deletes BYOIP service bindings, one at a time", {
		text: ["Start with a binding or a command. Nothing is deleted until you press a button."],
		facts: commands(),
	});

/** For a known command, its usage; otherwise the list of commands. */
function commandErrorCard({ detail, verb, nearest }: CommandError): Card {
	const hint =
		verb !== null ? `Usage: ${usageOf(verb)}` : nearest !== null ? `Did you mean ${usageOf(nearest)}?` : null;
	return card(verb === null ? "Unknown command" : "Check the command", {
		tone: "bad",
		text: hint === null ? [detail] : [detail, hint],
		facts: verb === null ? commands() : [],
	});
}

const commands = (): Fact[] => verbNames.map((verb) => ({ name: usageOf(verb), value: verbs[verb].does }));

/** Only Discord needs "delete" before a target. */
const usageOf = (verb: Verb): string => `/unbind ${verb === "delete" ? "[delete]" : verb} ${verbs[verb].takes}`.trim();
