// The kill switch as a card.
import type { Freeze, Waiting } from "../../../deletion/judgement/freeze.ts";
import { heldWords } from "../../reply/held-words.ts";
import { type Button, type Card, card } from "../card.ts";
import { partyWords } from "./words.ts";

export const frozenCard = ({ by, reason }: Freeze): Card =>
	card("Deletions are frozen", {
		tone: "bad",
		text: ["Nothing is deleted until the freeze is lifted. Waiting deletions continue then."],
		facts: [
			{ name: "By", value: partyWords(by) },
			{ name: "Why", value: reason },
		],
	});

/** Shown before the freeze is lifted. */
export const heldCard = ({ by, reason }: Freeze, waiting: Waiting, buttons: readonly Button[]): Card =>
	card("Lift the freeze?", {
		tone: "careful",
		text: [heldWords(waiting)],
		facts: [
			{ name: "Frozen by", value: partyWords(by) },
			{ name: "Why", value: reason },
		],
		buttons,
	});

export const liftedCard = (by: string): Card =>
	card("Deletions are no longer frozen", { tone: "good", facts: [{ name: "By", value: by }] });
