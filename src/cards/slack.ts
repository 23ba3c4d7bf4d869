// A card as Slack shows it: Block Kit blocks, and the text for notifications. A name or a reason never becomes markup.
import type { KnownBlock, PlainTextElement, Button as SlackButton } from "@slack/types";
import { type Button, type Card, cut, plainText, type Tone } from "./card.ts";

/** https://docs.slack.dev/reference/block-kit/blocks */
const limits = {
	blocks: 50,
	header: 150,
	section: 3000,
	field: 2000,
	fields: 10,
	head: 300,
	button: 75,
	fallback: 3000,
};

const marks: Record<Tone, string> = { plain: "", good: "✅ ", careful: "⚠️ ", bad: "⛔ " };

/** Outside text goes only into plain-text fields, which Slack shows unchanged. */
export function slackMessage(card: Card): { text: string; blocks: KnownBlock[] } {
	const { title, tone, text, facts, warnings, rows, buttons, link } = card;
	const blocks: KnownBlock[] = [
		{ type: "header", text: plain(marks[tone] + title, limits.header) },
		...paragraph(text),
		...inPairs(facts.map(({ name, value }) => [plain(name, limits.field), plain(value, limits.field)])),
		...paragraph(warnings.map((warning) => `⚠️ ${warning}`)),
		...rows.flatMap(({ head, rest, link }) => inPairs([[linked(head, link), plain(rest, limits.field)]])),
		...(link === null ? [] : [{ type: "context" as const, elements: [linked("Open the page", link)] }]),
		...(buttons.length === 0 ? [] : [{ type: "actions" as const, elements: buttons.map(pressable) }]),
	];
	return { text: cut(escaped(plainText(card)), limits.fallback), blocks: blocks.slice(0, limits.blocks) };
}

const plain = (text: string, longest: number): PlainTextElement => ({
	type: "plain_text",
	text: cut(text, longest),
	emoji: false,
});

const linked = (text: string, link: string | null) => ({
	type: "mrkdwn" as const,
	text: link === null ? escaped(cut(text, limits.head)) : `<${link}|${escaped(cut(text, limits.head))}>`,
	verbatim: true,
});

/** https://docs.slack.dev/messaging/formatting-message-text#escaping */
const escaped = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

const paragraph = (lines: readonly string[]): KnownBlock[] =>
	lines.length === 0 ? [] : [{ type: "section", text: plain(lines.join("\n"), limits.section) }];

type Field = PlainTextElement | ReturnType<typeof linked>;

/** Slack sets fields in two columns. */
function inPairs(pairs: readonly [Field, Field][]): KnownBlock[] {
	const sections: KnownBlock[] = [];
	for (let start = 0; start < pairs.length; start += limits.fields / 2)
		sections.push({ type: "section", fields: pairs.slice(start, start + limits.fields / 2).flat() });
	return sections;
}

const pressable = ({ choice, label, style, offerId }: Button): SlackButton => ({
	type: "button",
	text: plain(label, limits.button),
	action_id: choice,
	value: offerId,
	...(style === "plain" ? {} : { style }),
});
