// Mattermost: slash commands, proved by their token, and button clicks, which it does not sign. A click is proved by the id
// it carries, which clients never see. A click brings no address for later messages, so they go to the address of the
// command that made the button, which takes five in thirty minutes.
// https://developers.mattermost.com/integrate/slash-commands/custom, https://developers.mattermost.com/integrate/plugins/interactive-messages

import * as v from "valibot";
import { fail, ok, type Result } from "../../../deletion/result.ts";
import { mattermost as scheme } from "../../auth/schemes.ts";
import { type Button, type Card, colours, cut, markdownOf, plainText } from "../card.ts";
import { callOf, choice, form, offerId, readBody, sender, slashCommand, text, userOf } from "./fields.ts";
import type { Destination, Incoming, Message, Platform } from "./platform.ts";

/** A post may have 16,383 characters and its properties 8,000: https://docs.mattermost.com/manage/message-limits. */
const limits = { title: 200, text: 3000, value: 500, fields: 20 };

const command = v.pipe(form, slashCommand(16_383));

const click = v.pipe(
	v.string(),
	v.parseJson(),
	v.object({ ...sender, trigger_id: text, context: v.object({ offer: offerId, choice }) }),
);

export const mattermost: Platform = {
	scheme,
	isUnsigned: (headers) => !headers.has("authorization"),
	read(bytes, aliases): Result<Incoming, string> {
		const clicked = readBody(bytes, click);
		if (clicked !== null) {
			const { context, trigger_id: pressId } = clicked;
			const press = { offerId: context.offer, choice: context.choice, pressId };
			return ok({ kind: "press", from: userOf(clicked), press, address: null });
		}
		const input = readBody(bytes, command);
		if (input === null) return fail("This is neither a Mattermost slash command nor a click on an unbind button.");
		return ok(callOf(input, aliases));
	},
	pong: () => new Response(null),
	suggest: () => new Response(null),
	answer(call, { card, replaces }, to) {
		const beside = { ephemeral_text: plain(card), skip_slack_parsing: true };
		const body = call.kind === "command" ? post("ephemeral", card, to) : replaces ? update(card, to) : beside;
		return { response: Response.json(body), messages: [] };
	},
	acknowledge(call, meanwhile, to) {
		const isCommand = call.kind === "command";
		const body = meanwhile === null ? {} : isCommand ? post("ephemeral", meanwhile, to) : update(meanwhile, to);
		return { response: Response.json(body), messages: [] };
	},
	followUp: (_, { card }, to) => (to.isCallers ? messages(post("ephemeral", card, to), to) : []),
	announce: (card, to) => messages(post("in_channel", card, to), to),
};

/** Only to the configured server, whatever address the command gave. */
function messages(body: object, { chat, address }: Destination): Message[] {
	const isServers = address !== null && URL.canParse(address) && new URL(address).origin === chat.server;
	return isServers ? [{ method: "POST", url: address, body }] : [];
}

const post = (type: "ephemeral" | "in_channel", card: Card, to: Destination) => ({
	response_type: type,
	skip_slack_parsing: true,
	text: "",
	attachments: [rendered(card, to)],
});

const update = (card: Card, to: Destination) => ({
	update: { message: "", props: { attachments: [rendered(card, to)] } },
	skip_slack_parsing: true,
});

function rendered(card: Card, { origin }: Destination): object {
	const { title, tone, facts, buttons, link } = card;
	return {
		fallback: cut(plain(card), limits.text),
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
const plain = (card: Card): string =>
	[escaped(plainText({ ...card, link: null })), ...(card.link === null ? [] : [card.link])].join(" ");

const dialect = { escaped, limits: { line: limits.value, rest: limits.value, all: limits.text } };

const pressable = ({ choice, label, style, offerId }: Button, origin: string) => ({
	id: choice,
	type: "button",
	name: label,
	style: style === "plain" ? "default" : style,
	integration: { url: `${origin}/chat/mattermost`, context: { offer: offerId, choice } },
});
