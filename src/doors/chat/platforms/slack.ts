// Slack: slash commands and clicks on Block Kit buttons. The answer to a click shows nothing, so its result is always sent to
// the `response_url`, which takes five messages in thirty minutes.
// https://docs.slack.dev/interactivity/implementing-slash-commands, https://docs.slack.dev/interactivity/handling-user-interaction

import type { KnownBlock, PlainTextElement, Button as SlackButton } from "@slack/types";
import * as v from "valibot";
import { fail, ok, type Result } from "../../../deletion/result.ts";
import { slack as scheme } from "../../auth/schemes.ts";
import { type Button, type Card, cut, plainText, type Tone } from "../card.ts";
import { callOf, choice, form, offerId, optionalText, readBody, slashCommand, text } from "./fields.ts";
import type { Destination, Incoming, Message, Platform } from "./platform.ts";

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

const click = v.object({
	type: v.literal("block_actions"),
	team: v.object({ id: text }),
	channel: v.object({ id: text }),
	user: v.object({ id: text, username: optionalText }),
	trigger_id: text,
	response_url: optionalText,
	actions: v.tuple([v.object({ action_id: choice, value: offerId })]),
});

const body = v.pipe(
	form,
	v.union([
		v.object({ payload: v.pipe(v.string(), v.parseJson(), click) }),
		v.object({ ssl_check: v.literal("1") }),
		slashCommand(4000),
	]),
);

export const slack: Platform = {
	scheme,
	isUnsigned: () => false,
	read(bytes, aliases): Result<Incoming, string> {
		const input = readBody(bytes, body);
		if (input === null) return fail("This is neither a Slack slash command nor a click on an unbind button.");
		if ("ssl_check" in input) return ok({ kind: "ping" });
		if ("payload" in input) {
			const { team, channel, user, trigger_id, response_url, actions } = input.payload;
			const [action] = actions;
			return ok({
				kind: "press",
				from: { workspace: team.id, channel: channel.id, userId: user.id, userName: user.username },
				press: { offerId: action.value, choice: action.action_id, pressId: trigger_id },
				address: response_url,
			});
		}
		return ok(callOf(input, aliases));
	},
	pong: () => new Response(null),
	suggest: () => new Response(null),
	answer(call, reply, to) {
		if (call.kind === "command") return { response: Response.json(ephemeral(reply.card)), messages: [] };
		return { response: new Response(null), messages: slack.followUp(call, reply, to) };
	},
	acknowledge(call, meanwhile, to) {
		if (call.kind === "command")
			return { response: meanwhile === null ? new Response(null) : Response.json(ephemeral(meanwhile)), messages: [] };
		return { response: new Response(null), messages: meanwhile === null ? [] : messages(to, instead(meanwhile)) };
	},
	followUp: (_, { card, replaces }, to) => messages(to, replaces ? instead(card) : beside(card)),
	announce: (card, to) => messages(to, inChannel(card)),
};

/** Only to Slack, whatever address the payload gave. */
function messages({ address }: Destination, body: object): Message[] {
	return address?.startsWith("https://hooks.slack.com/") && URL.canParse(address)
		? [{ method: "POST", url: address, body }]
		: [];
}

const ephemeral = (card: Card) => ({ response_type: "ephemeral", ...rendered(card) });
const beside = (card: Card) => ({ response_type: "ephemeral", replace_original: false, ...rendered(card) });
const instead = (card: Card) => ({ replace_original: true, ...rendered(card) });
const inChannel = (card: Card) => ({ response_type: "in_channel", replace_original: false, ...rendered(card) });

const marks: Record<Tone, string> = { plain: "", good: "✅ ", careful: "⚠️ ", bad: "⛔ " };

/** Outside text goes only into plain-text fields, which Slack shows unchanged. */
function rendered(card: Card): { text: string; blocks: KnownBlock[] } {
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
