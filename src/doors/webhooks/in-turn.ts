// Starts a payload's deletions, a few at a time for each sender. A sender can put forty in a message and send many messages, and they
// all go through the same Ledger as everybody's deletions.

import { withinMs } from "../../within-ms.ts";
import { senderTurns, turnMs } from "../limits.ts";
import { takeTurn } from "../request/turns.ts";

/** The outcomes, in the order of the items; null for what was not begun in time. */
export async function startInTurns<Item, Outcome>(
	items: readonly Item[],
	sender: string,
	untilMs: number,
	begin: (item: Item) => Promise<Outcome>,
): Promise<(Outcome | null)[]> {
	const outcomes: (Promise<Outcome> | null)[] = items.map(() => null);
	const rest = items.entries();
	const beginNext = async () => {
		for (const [index, item] of rest) {
			const longestWaitMs = untilMs - Date.now();
			if (longestWaitMs <= 0) return;
			// Without a turn in time, the item is not begun, and its outcome stays null.
			await takeTurn(`webhooks/${sender}`, { ...senderTurns, longestWaitMs }, async () => {
				const outcome = begin(item);
				outcomes[index] = outcome;
				await withinMs(turnMs, outcome);
			});
		}
	};
	await Promise.all(Array.from({ length: senderTurns.atOnce }, beginNext));
	return Promise.all(outcomes);
}
