// Mattermost: slash commands, proved by their token, and button clicks, which it does not sign. A click is proved by the id
// it carries, which clients never see. A click brings no address for later messages, so they go to the address of the
// command that made the button, which takes five in thirty minutes.
// https://developers.mattermost.com/integrate/slash-commands/custom, https://developers.mattermost.com/integrate/plugins/interactive-messages

import * as v from "valibot";
import type { Card } from "../../../cards/card.ts";
import { mattermostAttachment, mattermostText } from "../../../cards/mattermost.ts";
import { fail, ok, type Result } from "../../../deletion/result.ts";
import { mattermost as scheme } from "../../auth/schemes.ts";
import { callOf, choice, form, offerId, readBody, sender, slashCommand, text, userOf } from "./fields.ts";
import type { Incoming, Message, Platform, ReplyAddress } from "./platform.ts";

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
	respondNow(call, { card, replaces }, to) {
		const beside = { ephemeral_text: mattermostText(card), skip_slack_parsing: true };
		const body = call.kind === "command" ? post("ephemeral", card, to) : replaces ? update(card, to) : beside;
		return { response: Response.json(body), messages: [] };
	},
	respondLater(call, meanwhile, to) {
		const isCommand = call.kind === "command";
		const body = meanwhile === null ? {} : isCommand ? post("ephemeral", meanwhile, to) : update(meanwhile, to);
		return { response: Response.json(body), messages: [] };
	},
	followUp: (_, { card }, to) => (to.callerCanSee ? messages(post("ephemeral", card, to), to) : []),
	announce: (card, to) => messages(post("in_channel", card, to), to),
};

/** Only to the configured server, whatever address the command gave. */
function messages(body: object, { chat, address }: ReplyAddress): Message[] {
	const isServers = address !== null && URL.canParse(address) && new URL(address).origin === chat.server;
	return isServers ? [{ method: "POST", url: address, body }] : [];
}

const post = (type: "ephemeral" | "in_channel", card: Card, to: ReplyAddress) => ({
	response_type: type,
	skip_slack_parsing: true,
	text: "",
	attachments: [mattermostAttachment(card, to.origin)],
});

const update = (card: Card, to: ReplyAddress) => ({
	update: { message: "", props: { attachments: [mattermostAttachment(card, to.origin)] } },
	skip_slack_parsing: true,
});
