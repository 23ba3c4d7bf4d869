// Slack: slash commands and clicks on Block Kit buttons. The answer to a click shows nothing, so its result is always sent to
// the `response_url`, which takes five messages in thirty minutes.
// https://docs.slack.dev/interactivity/implementing-slash-commands, https://docs.slack.dev/interactivity/handling-user-interaction

import * as v from "valibot";
import type { Card } from "../../../cards/card.ts";
import { slackMessage } from "../../../cards/slack.ts";
import { fail, ok, type Result } from "../../../deletion/result.ts";
import { slack as scheme } from "../../auth/schemes.ts";
import { callOf, choice, form, offerId, optionalText, readBody, slashCommand, text } from "./fields.ts";
import type { Incoming, Message, Platform, ReplyAddress } from "./platform.ts";

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
	respondNow(call, reply, to) {
		if (call.kind === "command") return { response: Response.json(ephemeral(reply.card)), messages: [] };
		return { response: new Response(null), messages: slack.followUp(call, reply, to) };
	},
	respondLater(call, meanwhile, to) {
		if (call.kind === "command")
			return { response: meanwhile === null ? new Response(null) : Response.json(ephemeral(meanwhile)), messages: [] };
		return { response: new Response(null), messages: meanwhile === null ? [] : messages(to, instead(meanwhile)) };
	},
	followUp: (_, { card, replaces }, to) => messages(to, replaces ? instead(card) : beside(card)),
	announce: (card, to) => messages(to, inChannel(card)),
};

/** Only to Slack, whatever address the payload gave. */
function messages({ address }: ReplyAddress, body: object): Message[] {
	return address?.startsWith("https://hooks.slack.com/") && URL.canParse(address)
		? [{ method: "POST", url: address, body }]
		: [];
}

const ephemeral = (card: Card) => ({ response_type: "ephemeral", ...slackMessage(card) });
const beside = (card: Card) => ({ response_type: "ephemeral", replace_original: false, ...slackMessage(card) });
const instead = (card: Card) => ({ replace_original: true, ...slackMessage(card) });
const inChannel = (card: Card) => ({ response_type: "in_channel", replace_original: false, ...slackMessage(card) });
