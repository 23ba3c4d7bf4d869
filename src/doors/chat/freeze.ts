// The freeze, and its cards. Freezing needs no button, because it stops deletions. Lifting needs one if deletions would
// start immediately.

import { type Button, type Card, card } from "../../cards/card.ts";
import { partyWords } from "../../cards/words.ts";
import { type Freeze, freezeOf, type Waiting } from "../../deletion/judgement/freeze.ts";
import { partyOf } from "../../deletion/record/actor.ts";
import { heldWords } from "../reply/freeze.ts";
import { ownButtons } from "./buttons.ts";
import { type ChatRequest, type Reply, refusedBy, reply } from "./reply.ts";

/** Shows what lifting the freeze would start; if nothing, lifts it right away. */
export async function askToLift(request: ChatRequest): Promise<Reply> {
	const present = await request.ledger.freezes();
	if (!present.ok) return refusedBy(present.failure);
	const { freeze, waiting } = present.value;
	if (freeze === null || waiting.held === 0) return turnFreeze(null, request);
	return reply(heldCard(freeze, waiting, await ownButtons(["lift"], { about: "freeze" }, request)));
}

/** @param reason null lifts the freeze. */
export async function turnFreeze(reason: string | null, request: ChatRequest): Promise<Reply> {
	const { actor, ledger } = request;
	const set = await ledger.setFreeze(reason === null ? null : freezeOf(reason, null, actor, Date.now()), actor);
	if (!set.ok) return refusedBy(set.failure);
	const shown = set.value === null ? liftedCard(partyWords(partyOf(actor))) : frozenCard(set.value);
	return reply(shown, { announcement: shown });
}

const frozenCard = ({ by, reason }: Freeze): Card =>
	card("Deletions are frozen", {
		tone: "bad",
		text: ["Nothing is deleted until the freeze is lifted. Then waiting deletions continue."],
		facts: [
			{ name: "By", value: partyWords(by) },
			{ name: "Why", value: reason },
		],
	});

/** Shown before the freeze is lifted. */
const heldCard = ({ by, reason }: Freeze, waiting: Waiting, buttons: readonly Button[]): Card =>
	card("Lift the freeze?", {
		tone: "careful",
		text: [heldWords(waiting)],
		facts: [
			{ name: "Frozen by", value: partyWords(by) },
			{ name: "Why", value: reason },
		],
		buttons,
	});

const liftedCard = (by: string): Card =>
	card("Deletions are no longer frozen", { tone: "good", facts: [{ name: "By", value: by }] });
