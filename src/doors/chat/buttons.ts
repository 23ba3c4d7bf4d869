// Makes the buttons, and stores with the Ledger what each one does. A button carries only its choice and an id.

import { type Button, buttonsFor } from "../../cards/card.ts";
import type { Deletion } from "../../deletion/record/deletion.ts";
import type { Choice, Subject } from "../../deletion/steps/offer.ts";
import { optionsFor } from "../../deletion/steps/options.ts";
import { approvalButtonMs, ownButtonMs } from "../limits.ts";
import type { ChatRequest } from "./reply.ts";

/** Only for the caller, once. */
export const ownButtons = (choices: Choice[], subject: Subject, request: ChatRequest): Promise<Button[]> =>
	storeButtons(choices, subject, request, request.userId, ownButtonMs);

/** Only for the caller, once: what they may do about the deletion now. */
export function recordButtons(deletion: Deletion, request: ChatRequest): Promise<Button[]> {
	const choices = optionsFor(deletion, request.actor);
	const lastsMs = deletion.state === "pending_approval" ? approvalButtonMs : ownButtonMs;
	return storeButtons(choices, { about: "deletion", deletionId: deletion.id }, request, request.userId, lastsMs);
}

/** For everyone in the channel who may approve. */
export const approvalButtons = ({ id }: Deletion, request: ChatRequest): Promise<Button[]> =>
	storeButtons(["approve", "reject"], { about: "deletion", deletionId: id }, request, null, approvalButtonMs);

/** None if the Ledger is unreachable. */
async function storeButtons(
	choices: Choice[],
	subject: Subject,
	{ platform, channel, address, ledger }: ChatRequest,
	user: string | null,
	lastsMs: number,
): Promise<Button[]> {
	if (choices.length === 0) return [];
	const terms = { platform, channel, user, choices, expiresAtMs: Date.now() + lastsMs, followUp: address };
	const offered = await ledger.offer({ ...terms, ...subject });
	return offered.ok ? buttonsFor(choices, offered.value) : [];
}
