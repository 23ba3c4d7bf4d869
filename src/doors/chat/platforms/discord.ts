// Discord: application commands, clicks on components, and suggestions while a user types. Later messages go to the webhook
// that each interaction opens for fifteen minutes.
// https://docs.discord.com/developers/interactions/receiving-and-responding

import type { APIInteractionResponse, RESTPostAPIWebhookWithTokenJSONBody } from "discord-api-types/v10";
import * as v from "valibot";
import { type Card, cut } from "../../../cards/card.ts";
import { type DiscordMessage, discordMessage } from "../../../cards/discord.ts";
import { fail, ok, type Result } from "../../../deletion/result.ts";
import { discord as scheme } from "../../auth/schemes.ts";
import { type Command, type CommandError, commandOf, isVerb, noSuchCommand } from "../command.ts";
import { choice, offerId, readBody, text } from "./fields.ts";
import type { Incoming, Message, Platform, ReplyAddress } from "./platform.ts";

const api = "https://discord.com/api/v10";
const limits = { choices: 25, choice: 100 };

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
	respondNow: (_, { card, replaces }) => ({
		response: respond(replaces ? { type: 7, data: discordMessage(card) } : { type: 4, data: hidden(card) }),
		messages: [],
	}),
	respondLater(call, meanwhile) {
		if (call.kind === "command") return { response: respond({ type: 5, data: { flags: 64 } }), messages: [] };
		return {
			response: respond(meanwhile === null ? { type: 6 } : { type: 7, data: discordMessage(meanwhile) }),
			messages: [],
		};
	},
	followUp: (call, { card, replaces }, to) =>
		call.kind === "command" || replaces
			? message("PATCH", "/messages/@original", discordMessage(card), to)
			: message("POST", "", hidden(card), to),
	announce: (card, to) => message("POST", "", discordMessage(card), to),
};

const respond = (response: APIInteractionResponse): Response => Response.json(response);

/** `read` checked the token's form, so it is a single path segment. */
function message(
	method: "POST" | "PATCH",
	path: string,
	body: RESTPostAPIWebhookWithTokenJSONBody,
	{ chat, address }: ReplyAddress,
): Message[] {
	return address === null ? [] : [{ method, url: `${api}/webhooks/${chat.application}/${address}${path}`, body }];
}

function commandIn(
	name: string,
	options: readonly v.InferOutput<typeof option>[],
	aliases: ReadonlyMap<string, string>,
): Result<Command, CommandError> {
	const given = Object.fromEntries(options.map((one) => [one.name, one.value.trim()]));
	return isVerb(name) ? commandOf(name, given, aliases) : fail(noSuchCommand(name));
}

/** Only the caller sees it. */
const hidden = (card: Card): DiscordMessage & { flags: 64 } => ({ ...discordMessage(card), flags: 64 });
