// Discord: application commands, clicks on components, and suggestions while a user types. Later messages go to the webhook
// that each interaction opens for fifteen minutes.
// https://docs.discord.com/developers/interactions/receiving-and-responding

import type {
	APIActionRowComponent,
	APIButtonComponent,
	APIEmbed,
	APIInteractionResponse,
	RESTPostAPIWebhookWithTokenJSONBody,
} from "discord-api-types/v10";
import * as v from "valibot";
import { fail, ok, type Result } from "../../../deletion/result.ts";
import { discord as scheme } from "../../auth/schemes.ts";
import { shown } from "../../request/input.ts";
import { type Button, type Card, colours, cut, markdownOf } from "../card.ts";
import { type Command, type CommandError, commandOf, isVerb } from "../command.ts";
import { choice, offerId, readBody, text } from "./fields.ts";
import type { Destination, Incoming, Message, Platform } from "./platform.ts";

const api = "https://discord.com/api/v10";
/** https://docs.discord.com/developers/resources/message#embed-object-embed-limits */
const limits = {
	title: 256,
	description: 4096,
	fields: 25,
	name: 256,
	value: 1024,
	embed: 6000,
	label: 80,
	choices: 25,
	choice: 100,
};
/** Escaping can double a text. */
const half = (limit: number) => limit / 2;

const option = v.object({ name: text, value: v.optional(text, ""), focused: v.optional(v.boolean(), false) });
const place = {
	id: text,
	token: v.pipe(v.string(), v.regex(/^[\w=-]{1,400}$/)),
	guild_id: v.optional(text, ""),
	channel_id: v.optional(text, ""),
	/** Only in a guild; a direct message has only a user. */
	member: v.optional(v.object({ user: v.object({ id: text, username: text }) })),
};
const chosen = v.object({
	name: v.literal("unbind"),
	options: v.tuple([v.object({ name: text, options: v.optional(v.array(option), []) })]),
});

const interaction = v.pipe(
	v.string(),
	v.parseJson(),
	v.variant("type", [
		v.object({ type: v.literal(1) }),
		v.object({ type: v.literal(2), ...place, data: chosen }),
		v.object({ type: v.literal(3), ...place, data: v.object({ custom_id: v.pipe(text, v.includes(":")) }) }),
		v.object({ type: v.literal(4), ...place, data: chosen }),
	]),
);

export const discord: Platform = {
	scheme,
	isUnsigned: () => false,
	read(bytes, aliases): Result<Incoming, string> {
		const input = readBody(bytes, interaction);
		if (input === null) return fail("This is not a Discord interaction with an unbind command or button.");
		if (input.type === 1) return ok({ kind: "ping" });
		const { guild_id, channel_id, member, token } = input;
		const { id: userId, username: userName } = member?.user ?? { id: "", username: "" };
		const from = { workspace: guild_id, channel: channel_id, userId, userName };
		if (input.type === 3) {
			const [name, id] = input.data.custom_id.split(":");
			const press = { choice: v.safeParse(choice, name), offerId: v.safeParse(offerId, id) };
			if (!press.choice.success || !press.offerId.success) return fail("unbind did not make this button.");
			const pressed = { choice: press.choice.output, offerId: press.offerId.output, pressId: input.id };
			return ok({ kind: "press", from, press: pressed, address: token });
		}
		const [{ name, options }] = input.data.options;
		if (input.type === 4)
			return ok({ kind: "typing", from, text: options.find(({ focused }) => focused)?.value ?? "" });
		return ok({ kind: "command", from, command: commandIn(name, options, aliases), address: token });
	},
	pong: () => respond({ type: 1 }),
	suggest: (suggestions) =>
		respond({
			type: 8,
			data: {
				choices: suggestions
					.slice(0, limits.choices)
					.map(({ label, value }) => ({ name: cut(label, limits.choice), value: cut(value, limits.choice) })),
			},
		}),
	answer: (_, { card, replaces }) => ({
		response: respond(replaces ? { type: 7, data: rendered(card) } : { type: 4, data: hidden(card) }),
		messages: [],
	}),
	acknowledge(call, meanwhile) {
		if (call.kind === "command") return { response: respond({ type: 5, data: { flags: 64 } }), messages: [] };
		return {
			response: respond(meanwhile === null ? { type: 6 } : { type: 7, data: rendered(meanwhile) }),
			messages: [],
		};
	},
	followUp: (call, { card, replaces }, to) =>
		call.kind === "command" || replaces
			? message("PATCH", "/messages/@original", rendered(card), to)
			: message("POST", "", hidden(card), to),
	announce: (card, to) => message("POST", "", rendered(card), to),
};

const respond = (response: APIInteractionResponse): Response => Response.json(response);

/** `read` checked the token's form, so it is a single path segment. */
function message(
	method: "POST" | "PATCH",
	path: string,
	body: RESTPostAPIWebhookWithTokenJSONBody,
	{ chat, address }: Destination,
): Message[] {
	return address === null ? [] : [{ method, url: `${api}/webhooks/${chat.application}/${address}${path}`, body }];
}

function commandIn(
	name: string,
	options: readonly v.InferOutput<typeof option>[],
	aliases: ReadonlyMap<string, string>,
): Result<Command, CommandError> {
	if (!isVerb(name))
		return fail({ detail: `There is no command ${shown(name)}. Try /unbind help.`, verb: null, nearest: null });
	const given = (wanted: string) => options.find((one) => one.name === wanted)?.value.trim() ?? "";
	const [target, id, reason] = [given("target"), given("id"), given("reason")];
	return commandOf(name, { target, id, reason, outcome: given("outcome"), note: given("note") }, aliases);
}

interface Rendered {
	embeds: [APIEmbed];
	components: APIActionRowComponent<APIButtonComponent>[];
	/** Text that unbind quotes must never ping anyone. */
	allowed_mentions: { parse: [] };
}

/** Only the caller sees it. */
const hidden = (card: Card): Rendered & { flags: 64 } => ({ ...rendered(card), flags: 64 });

function rendered(card: Card): Rendered {
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
