// The kill switch. It needs no button: it stops deletions, and who lifts it has to have frozen or to know who did.
import { partyOf } from "../../deletion/actor.ts";
import { at } from "../../deletion/deletion.ts";
import { type Reply, reply } from "./card.ts";
import { notTurned } from "../not-turned.ts";
import { frozenCard, liftedCard } from "./cards/freeze.ts";
import { partyWords } from "./cards/words.ts";
import { askLedger, refused, refusedWithout, type Talk } from "./talk.ts";

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
