// A card as Mattermost shows it: a message attachment, or plain text. A name or a reason never becomes markup.
import { type Button, type Card, colours, cut, markdownOf, plainText } from "./card.ts";

/** A post may have 16,383 characters and its properties 8,000: https://docs.mattermost.com/manage/message-limits. */
const limits = { title: 200, text: 3000, value: 500, fields: 20 };

/** @param origin unbind's own: a click on a button is sent there. */
export function mattermostAttachment(card: Card, origin: string): object {
	const { title, tone, facts, buttons, link } = card;
	return {
		fallback: cut(mattermostText(card), limits.text),
		color: `#${colours[tone].toString(16)}`,
		title: escaped(cut(title, limits.title)),
		...(link === null ? {} : { title_link: link }),
		text: markdownOf(card, dialect),
		fields: facts.slice(0, limits.fields).map(({ name, value }) => ({
			short: true,
			title: escaped(cut(name, limits.title)),
			value: escaped(cut(value, limits.value)),
		})),
		actions: buttons.map((button) => pressable(button, origin)),
	};
}

/**
 * A zero-width space keeps a name after an @ from being pinged, a name between colons from becoming an emoji, and an address
 * from becoming a link.
 */
const escaped = (text: string): string =>
	text
		.replace(/\s+/g, " ")
		.replace(/[\\*_~`|<>#[\](){}!]|^[-+]/g, "\\$&")
		.replaceAll("@", "@\u200b")
		.replace(/:(?=[\w+-]+:|\/\/)|\b(?:mailto|tel):|\bwww\d{0,3}(?=\.)/gi, "$&\u200b");

/** Plain text; the only link is to the record's page. */
export const mattermostText = (card: Card): string =>
	[escaped(plainText({ ...card, link: null })), ...(card.link === null ? [] : [card.link])].join(" ");

const dialect = { escaped, limits: { line: limits.value, rest: limits.value, all: limits.text } };

const pressable = ({ choice, label, style, offerId }: Button, origin: string) => ({
	id: choice,
	type: "button",
	name: label,
	style: style === "plain" ? "default" : style,
	integration: { url: `${origin}/chat/mattermost`, context: { offer: offerId, choice } },
});
