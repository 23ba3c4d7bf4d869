// The kill switch as a card.
import type { Freeze } from "../../../deletion/freeze.ts";
import { type Card, card } from "../card.ts";
import { partyWords } from "./words.ts";

export const frozenCard = ({ by, reason }: Freeze): Card =>
	card("Deletions are frozen", {
		tone: "bad",
		text: ["On every door. What waits goes on when the freeze is lifted."],
		facts: [
			{ name: "By", value: partyWords(by) },
			{ name: "Why", value: reason },
		],
	});

export const liftedCard = (by: string): Card =>
	card("Deletions are not frozen any more", { tone: "good", facts: [{ name: "By", value: by }] });
