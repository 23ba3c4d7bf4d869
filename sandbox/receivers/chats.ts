// Play the incoming webhooks of Slack, Discord and Mattermost, and Teams' workflow: each reads its messages as strictly as the
// service does, and answers in its words.
import * as v from "valibot";
import { discordMessage, shownByDiscord } from "../chat/discord.ts";
import { mattermostAttachments, shownByMattermost } from "../chat/mattermost.ts";
import { shownBySlack } from "../chat/slack.ts";
import { adaptiveCardMessage, shownByTeams } from "./adaptive-card.ts";
import { jsonOf, type Receiver, refused, type Taken, taken } from "./receiver.ts";
import { discordAddress, mattermostAddress, slackAddress, teamsAddress } from "./settings.ts";

/** Reads the body; the service's own words say what is wrong. */
function read(body: unknown, show: (body: unknown) => string, answers: { good: Taken; bad: Taken }): Taken {
	try {
		return { ...answers.good, shown: show(body) };
	} catch (error) {
		return { ...answers.bad, problem: v.isValiError(error) ? v.summarize(error.issues) : String(error) };
	}
}

export const slack: Receiver = {
	address: "https://hooks.slack.com/services/",
	receive(arrived) {
		if (arrived.url.href !== slackAddress) return refused(404, "no_service", "another webhook");
		return read(jsonOf(arrived), (body) => shownBySlack(body).text, {
			good: taken(200, "ok", ""),
			bad: refused(400, "invalid_blocks", ""),
		});
	},
};

export const discord: Receiver = {
	address: "https://discord.com/api/webhooks/",
	receive(arrived) {
		const { url } = arrived;
		if (`${url.origin}${url.pathname}` !== discordAddress)
			return refused(404, JSON.stringify({ message: "Unknown Webhook", code: 10015 }), "another webhook");
		const waits = url.searchParams.get("wait") === "true";
		return read(jsonOf(arrived), (body) => shownByDiscord(v.parse(discordMessage, body), false).text, {
			good: waits ? taken(200, JSON.stringify({ id: "160000000000000099", type: 0 }), "") : taken(204, "", ""),
			bad: refused(400, JSON.stringify({ message: "Invalid Form Body", code: 50035 }), ""),
		});
	},
};

export const mattermost: Receiver = {
	address: mattermostAddress,
	receive(arrived) {
		const post = v.strictObject({ text: v.optional(v.string()), attachments: mattermostAttachments });
		const show = (body: unknown) =>
			shownByMattermost(v.parse(post, body).attachments, { for: "channel", replaces: false }).text;
		return read(jsonOf(arrived), show, {
			good: taken(200, "ok", ""),
			bad: refused(400, JSON.stringify({ id: "web.incoming_webhook.parse.app_error", status_code: 400 }), ""),
		});
	},
};

const teamsLimitBytes = 28 * 1024;

export const teams: Receiver = {
	address: new URL(teamsAddress).origin,
	receive(arrived) {
		if (arrived.url.href !== teamsAddress)
			return refused(401, JSON.stringify({ error: { code: "DirectApiAuthorizationRequired" } }), "another signature");
		if (new TextEncoder().encode(arrived.body).byteLength > teamsLimitBytes) return refused(413, "", "more than 28 kB");
		return read(jsonOf(arrived), (body) => shownByTeams(v.parse(adaptiveCardMessage, body)), {
			good: taken(202, "", ""),
			bad: refused(400, JSON.stringify({ error: { code: "TriggerInputSchemaMismatch" } }), ""),
		});
	},
};
