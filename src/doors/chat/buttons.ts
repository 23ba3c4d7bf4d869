// Makes the buttons, and stores with the Ledger what each one does. A button carries only its choice and an id.

import type { Button } from "../../cards/card.ts";
import { faces } from "../../cards/faces.ts";
import type { Deletion } from "../../deletion/record/deletion.ts";
import type { Choice, OfferedPlan, OfferedRestorations, Subject } from "../../deletion/steps/offer.ts";
import { optionsFor } from "../../deletion/steps/options.ts";
import { approvalButtonMs, ownButtonMs } from "../limits.ts";
import type { ChatRequest } from "./request.ts";

/** Only for the caller, once. None if the Ledger is unreachable. */
export function planButtons(plan: OfferedPlan, request: ChatRequest): Promise<Button[]> {
	return kept(["delete", "dismiss"], request, { about: "plan", plan }, ownButtonMs, request.userId);
}

/** Only for the caller, once: what they may do about the deletion now. */
export async function recordButtons(deletion: Deletion, request: ChatRequest): Promise<Button[]> {
	const choices = optionsFor(deletion, request.actor);
	const lastsMs = deletion.state === "pending_approval" ? approvalButtonMs : ownButtonMs;
	return kept(choices, request, { about: "deletion", deletionId: deletion.id }, lastsMs, request.userId);
}

/** For everyone in the channel who may approve. */
export function approvalButtons(deletion: Deletion, request: ChatRequest): Promise<Button[]> {
	return kept(["approve", "reject"], request, { about: "deletion", deletionId: deletion.id }, approvalButtonMs, null);
}

/** Only for the caller, once: restores what the card shows. */
export async function restorationsButtons(
	restorations: OfferedRestorations,
	label: string,
	request: ChatRequest,
): Promise<Button[]> {
	const subject: Subject = { about: "restorations", restorations };
	const buttons = await kept(["restoreAll", "dismiss"], request, subject, ownButtonMs, request.userId);
	return buttons.map((button) => (button.choice === "restoreAll" ? { ...button, label } : button));
}

/** Only for the caller, once: lifts the freeze after they read what that starts. */
export function freezeButtons(request: ChatRequest): Promise<Button[]> {
	return kept(["lift"], request, { about: "freeze" }, ownButtonMs, request.userId);
}

async function kept(
	choices: Choice[],
	request: ChatRequest,
	subject: Subject,
	lastsMs: number,
	user: string | null,
): Promise<Button[]> {
	if (choices.length === 0) return [];
	const { platform, channel, address, ledger } = request;
	const terms = { platform, channel, user, choices, expiresAtMs: Date.now() + lastsMs, followUp: address };
	const offered = await ledger.offer({ ...terms, ...subject });
	return offered.ok ? choices.map((choice) => ({ choice, ...faces[choice], offerId: offered.value })) : [];
}
