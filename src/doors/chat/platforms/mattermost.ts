// Mattermost: slash commands, proved by their token, and button clicks, which it does not sign. A click is proved by the id
// it carries, which clients never see. A click brings no address for later messages, so they go to the address of the
// command that made the button, which takes five in thirty minutes.
// https://developers.mattermost.com/integrate/slash-commands/custom, https://developers.mattermost.com/integrate/plugins/interactive-messages

import * as v from "valibot";
import { fail, ok, type Result } from "../../../deletion/result.ts";
import { mattermost as scheme } from "../../auth/schemes.ts";
import { type Button, type Card, colours, cut, markdownOf, plainText } from "../card.ts";
import { parseCommand } from "../command.ts";
import { choice, form, offerId, optionalText, readBody, text } from "./fields.ts";
import type { Destination, Incoming, Message, Platform } from "./platform.ts";

/** A post may have 16,383 characters and its properties 8,000: https://docs.mattermost.com/manage/message-limits. */
const limits = { title: 200, text: 3000, value: 500, fields: 20 };

const command = v.pipe(
	form,
	v.object({
		team_id: text,
		channel_id: text,
		user_id: text,
		user_name: optionalText,
		text: v.optional(v.pipe(v.string(), v.maxLength(16_383)), ""),
		response_url: optionalText,
	}),
);

const click = v.pipe(
	v.string(),
	v.parseJson(),
	v.object({
		team_id: text,
		channel_id: text,
		user_id: text,
		user_name: optionalText,
		trigger_id: text,
		context: v.object({ offer: offerId, choice }),
	}),
);

export const mattermost: Platform = {
	scheme,
	isUnsigned: (headers) => !headers.has("authorization"),
	read(bytes, aliases): Result<Incoming, string> {
		const clicked = readBody(bytes, click);
		const input = clicked ?? readBody(bytes, command);
		if (input === null) return fail("This is neither a Mattermost slash command nor a click on an unbind button.");
		const from = {
			workspace: input.team_id,
			channel: input.channel_id,
			userId: input.user_id,
			userName: input.user_name,
		};
		if ("context" in input) {
			const press = { offerId: input.context.offer, choice: input.context.choice, pressId: input.trigger_id };
			return ok({ kind: "press", from, press, address: null });
		}
		return ok({ kind: "command", from, command: parseCommand(input.text, aliases), address: input.response_url });
	},
	pong: () => new Response(null),
	suggest: () => new Response(null),
	answer(call, { card, replaces, announcement }, to) {
		const response =
			call.kind === "command"
				? Response.json(post("ephemeral", card, to))
				: Response.json(replaces ? update(card, to) : { ephemeral_text: plain(card), skip_slack_parsing: true });
		return { response, messages: announcement === null ? [] : messages(post("in_channel", announcement, to), to) };
	},
	acknowledge(call, meanwhile, to) {
		const isCommand = call.kind === "command";
		const body = meanwhile === null ? {} : isCommand ? post("ephemeral", meanwhile, to) : update(meanwhile, to);
		return { response: Response.json(body), messages: [] };
	},
	followUp(_, { card, announcement }, to) {
		return [
			...(to.isCallers ? messages(post("ephemeral", card, to), to) : []),
			...(announcement === null ? [] : messages(post("in_channel", announcement, to), to)),
		];
	},
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
