// What unbind replies to a command or a click, before a platform renders it.
import type { Card } from "../../cards/card.ts";

/** The result of a command or a click. */
export interface Reply {
	/** Only the caller sees it. */
	card: Card;
	/** Replaces the message whose button was pressed; otherwise appears beside it. */
	replaces: boolean;
	/** Goes to the channel as a separate message. */
	announcement: Card | null;
}

export const reply = (card: Card, more: Partial<Omit<Reply, "card">> = {}): Reply => ({
	card,
	replaces: false,
	announcement: null,
	...more,
});
