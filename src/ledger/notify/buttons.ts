// The buttons of a message about a record, where a configured chat can take the click. Each attempt stores an offer of its own;
// the core decides only once.
import { type Button, buttonsFor } from "../../cards/card.ts";
import type { Chat } from "../../config/chat.ts";
import type { ConfiguredDestination } from "../../config/notify.ts";
import type { Deletion } from "../../deletion/record/deletion.ts";
import type { Choice, Offer } from "../../deletion/steps/offer.ts";
import type { NotifyEvent } from "../../notify/event.ts";
import { messageButtonsMs } from "../limits.ts";

export function buttonsOf(
	event: NotifyEvent,
	record: Deletion | null,
	{ to, channel }: ConfiguredDestination,
	chats: readonly Chat[],
	keepOffer: (offer: Offer) => string,
	nowMs: number,
): Button[] {
	const choices = record === null ? [] : choicesFor(event, record);
	const chat = chats.find(
		({ platform, channels }) => platform === to && channel !== null && channels.includes(channel),
	);
	if (record === null || channel === null || chat === undefined || choices.length === 0) return [];
	const offerId = keepOffer({
		about: "deletion",
		deletionId: record.id,
		platform: chat.platform,
		channel,
		user: null,
		choices,
		expiresAtMs: nowMs + messageButtonsMs,
		followUp: null,
	});
	return buttonsFor(choices, offerId);
}

/** A message that comes late offers nothing that is over. */
function choicesFor({ type }: NotifyEvent, { state, restoration }: Deletion): Choice[] {
	if (type === "approval.requested" && state === "pending_approval") return ["approve", "reject"];
	return type === "watch.disappeared" && state === "deleted_elsewhere" && restoration === null ? ["restore"] : [];
}
