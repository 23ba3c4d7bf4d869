// A card as Discord shows it: an embed and its buttons. A name or a reason never becomes markup, and nobody is mentioned.
import type { APIActionRowComponent, APIButtonComponent, APIEmbed } from "discord-api-types/v10";
import { type Button, type Card, colours, cut, markdownOf } from "./card.ts";

/** https://docs.discord.com/developers/resources/message#embed-object-embed-limits */
const limits = {
	title: 256,
	description: 4096,
	fields: 25,
	name: 256,
	value: 1024,
	embed: 6000,
	label: 80,
};
/** Escaping can double a text. */
const half = (limit: number) => limit / 2;

export interface DiscordMessage {
	embeds: [APIEmbed];
	components: APIActionRowComponent<APIButtonComponent>[];
	/** Text that unbind quotes must never ping anyone. */
	allowed_mentions: { parse: [] };
}

export function discordMessage(card: Card): DiscordMessage {
	const { title, tone, facts, buttons, link } = card;
	const embed: APIEmbed = {
		title: escaped(cut(title, half(limits.title))),
		color: colours[tone],
		description: markdownOf(card, dialect),
		...(link === null ? {} : { url: link }),
	};
	let left = limits.embed - (embed.title?.length ?? 0) - (embed.description?.length ?? 0);
	const fields = facts.slice(0, limits.fields).flatMap(({ name, value }) => {
		const field = {
			name: escaped(cut(name, half(limits.name))),
			value: escaped(cut(value, half(limits.value))),
			inline: true,
		};
		left -= field.name.length + field.value.length;
		return left < 0 ? [] : [field];
	});
	return {
		embeds: [{ ...embed, fields }],
		components: buttons.length === 0 ? [] : [{ type: 1, components: buttons.map(pressable) }],
		allowed_mentions: { parse: [] },
	};
}

/** https://support.discord.com/hc/en-us/articles/210298617 */
const escaped = (text: string): string =>
	// Escapes a colon before slashes too, so a URL in a reason does not become a link.
	text.replace(/\s+/g, " ").replace(/[\\*_~`|<>#@[\]()]|^[-+]|:(?=\/\/)/g, "\\$&");

const dialect = { escaped, limits: { line: half(limits.value), rest: 200, all: limits.description } };

const pressable = ({ choice, label, style, offerId }: Button): APIButtonComponent => ({
	type: 2,
	style: style === "danger" ? 4 : style === "primary" ? 1 : 2,
	label: cut(label, limits.label),
	custom_id: `${choice}:${offerId}`,
});
