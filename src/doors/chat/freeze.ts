// The kill switch. Freezing needs no button, because it stops deletions. Lifting needs one if deletions would start at once.

import { freezeOf } from "../../deletion/judgement/freeze.ts";
import { partyOf } from "../../deletion/record/actor.ts";
import { type Reply, reply } from "./card.ts";
import { frozenCard, heldCard, liftedCard } from "./cards/freeze.ts";
import { partyWords } from "./cards/words.ts";
import { freezeButtons } from "./offers.ts";
import { type ChatRequest, refusedBy, refusedWithout } from "./request.ts";

/** Shows what lifting the freeze would start; if nothing, lifts it right away. */
export async function askToLift(request: ChatRequest): Promise<Reply> {
	const refusal = refusedWithout("freeze", request);
	if (refusal !== null) return refusal;
	const present = await request.ledger.freezes();
	if (!present.ok) return refusedBy(present.failure);
	const { freeze, waiting } = present.value;
	if (freeze === null || waiting.held === 0) return turnFreeze(null, request);
	return reply(heldCard(freeze, waiting, await freezeButtons(request)));
}

/** @param reason null lifts the freeze. */
export async function turnFreeze(reason: string | null, request: ChatRequest): Promise<Reply> {
	const { actor, ledger } = request;
	const set = await ledger.setFreeze(reason === null ? null : freezeOf(reason, null, actor, Date.now()), actor);
	if (!set.ok) return refusedBy(set.failure);
	const card = set.value === null ? liftedCard(partyWords(partyOf(actor))) : frozenCard(set.value);
	return reply(card, { announcement: card });
}
