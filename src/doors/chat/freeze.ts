// The kill switch. Freezing needs no button, as it stops deletions. Lifting needs one where deletions would start at once.
import { partyOf } from "../../deletion/actor.ts";
import { at } from "../../deletion/deletion.ts";
import { notTurned } from "../not-turned.ts";
import { type Reply, reply } from "./card.ts";
import { frozenCard, heldCard, liftedCard } from "./cards/freeze.ts";
import { partyWords } from "./cards/words.ts";
import { freezeButtons } from "./offers.ts";
import { askLedger, refused, refusedWithout, type Talk } from "./talk.ts";

/** Shows what lifting the freeze would start; lifts it right away if that is nothing. */
export async function askToLift(talk: Talk): Promise<Reply> {
	const refusal = refusedWithout("freeze", talk);
	if (refusal !== null) return refusal;
	const asked = await askLedger(talk, () => talk.context.ledger.freezes());
	if (!asked.ok) return reply(asked.failure);
	const { freeze, waiting } = asked.value;
	if (freeze === null || waiting.held === 0) return turnFreeze(null, talk);
	return reply(heldCard(freeze, waiting, await freezeButtons(talk)));
}

/** @param reason null lifts the freeze. */
export async function turnFreeze(reason: string | null, talk: Talk): Promise<Reply> {
	const refusal = refusedWithout("freeze", talk);
	if (refusal !== null) return refusal;
	const by = partyOf(talk.actor);
	const freeze = reason === null ? null : { reason, by, since: at(Date.now()), until: null };
	const asked = await askLedger(talk, () => talk.context.ledger.setFreeze(freeze, by));
	if (!asked.ok) return reply(asked.failure);
	if (!asked.value.ok) return refused(notTurned(freeze));
	const now = asked.value.value;
	const card = now === null ? liftedCard(partyWords(by)) : frozenCard(now);
	return reply(card, { announcement: card });
}
