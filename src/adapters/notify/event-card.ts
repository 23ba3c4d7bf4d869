// An event as a card for chats: its summary, and the record as it is now. It reuses the words of the chat's own cards.
import { type Card, card, type Fact, type Tone } from "../../cards/card.ts";
import { recordCard } from "../../cards/record-card.ts";
import { isOpen } from "../../deletion/record/deletion.ts";
import type { Json } from "../../deletion/record/json.ts";
import type { Message } from "../../notify/destination.ts";
import type { EventType, NotifyEvent } from "../../notify/event.ts";
import { listedOnCardAtMost } from "./limits.ts";
import { linkOf, oneLine } from "./outgoing.ts";

const tones: Record<EventType, Tone> = {
	"deletion.deleted": "good",
	"deletion.already_gone": "good",
	"deletion.refused": "bad",
	"deletion.failed": "bad",
	"deletion.cancelled": "bad",
	"deletion.unknown": "careful",
	"approval.requested": "careful",
	"approval.approved": "good",
	"approval.rejected": "bad",
	"approval.expired": "bad",
	"restoration.restored": "good",
	"restoration.failed": "bad",
	"restoration.active": "good",
	"freeze.on": "careful",
	"freeze.off": "good",
	"watch.disappeared": "bad",
	"watch.appeared": "careful",
	"watch.changed": "careful",
	"watch.mass_deletion": "bad",
	"credential.rejected": "bad",
	test: "plain",
};

export function eventCard(message: Message): Card {
	const { event, record, origin, buttons } = message;
	const { text, facts, warnings } =
		record === null ? card("", { facts: factsOf(message) }) : recordCard(record, origin);
	const isOver = event.type === "approval.requested" && record !== null && record.state !== "pending_approval";
	const shown = card(titleOf(event), {
		tone: tones[event.type],
		text: isOver ? ["This request is already decided.", ...text] : text,
		facts,
		warnings,
		// A message that came late must not offer what is over.
		buttons: record === null || isOpen(record) || event.type !== "approval.requested" ? buttons : [],
		link: linkOf(message),
	});
	return withPlainTexts(shown);
}

/** The summary without its reason, which is among the facts. */
const titleOf = ({ summary, reason }: NotifyEvent): string =>
	reason === null ? summary : summary.replace(`: ${reason}`, "");

/** Of an event without a record. Ids are left to the page. */
function factsOf({ event }: Message): Fact[] {
	const { cidr, actor, reason, at, data } = event;
	const known: [string, Json][] = [
		["binding", cidr],
		["by", actor],
		["why", reason],
		...Object.entries(data).filter(([name]) => !name.endsWith("_id")),
	];
	return [...known.flatMap(([name, value]) => factOf(name, value)), { name: "At", value: `${at.slice(0, 16)}Z` }];
}

/** Lists are shortened; what is neither a text nor a list of texts is left to the page. */
function factOf(name: string, value: Json): Fact[] {
	const words = name.charAt(0).toUpperCase() + name.slice(1).replaceAll("_", " ");
	if (Array.isArray(value)) {
		const texts = value.filter((one) => typeof one === "string");
		const more = value.length > listedOnCardAtMost ? `, and ${value.length - listedOnCardAtMost} more` : "";
		return texts.length === 0 ? [] : [{ name: words, value: texts.slice(0, listedOnCardAtMost).join(", ") + more }];
	}
	return value === null || typeof value === "object" ? [] : [{ name: words, value: String(value) }];
}

/** An audit log's names, for one, may hold anything. */
const withPlainTexts = (shown: Card): Card => ({
	...shown,
	title: oneLine(shown.title),
	text: shown.text.map(oneLine),
	facts: shown.facts.map(({ name, value }) => ({ name: oneLine(name), value: oneLine(value) })),
	warnings: shown.warnings.map(oneLine),
});
