// Plays Slack: signs as it does, refuses what it would refuse, and shows Block Kit as text.
import * as v from "valibot";
import { signed } from "../../scripts/sign.ts";
import { slack as scheme } from "../../src/doors/auth/schemes.ts";
import { numberOf, type Outgoing, type PlayedPlatform, type Shown } from "./platform.ts";
import { slackSigningSecret } from "./settings.ts";

export function signedBySlack(body: string, atMs = Date.now(), secret = slackSigningSecret): Outgoing {
	const proof = signed(body, { scheme, secret, timestampSeconds: Math.floor(atMs / 1000), messageId: "" });
	return { headers: { "content-type": "application/x-www-form-urlencoded", ...proof }, body };
}

const text = (longest: number) => v.pipe(v.string(), v.minLength(1), v.maxLength(longest));
const plain = (longest: number) =>
	v.strictObject({ type: v.literal("plain_text"), text: text(longest), emoji: v.optional(v.boolean()) });
const mrkdwn = (longest: number) =>
	v.strictObject({ type: v.literal("mrkdwn"), text: text(longest), verbatim: v.optional(v.boolean()) });
const anyText = (longest: number) => v.variant("type", [plain(longest), mrkdwn(longest)]);

const button = v.strictObject({
	type: v.literal("button"),
	text: plain(75),
	action_id: text(255),
	value: text(2000),
	style: v.optional(v.picklist(["primary", "danger"])),
});
const block = v.variant("type", [
	v.strictObject({ type: v.literal("header"), text: plain(150) }),
	v.strictObject({
		type: v.literal("section"),
		text: v.optional(anyText(3000)),
		fields: v.optional(v.pipe(v.array(anyText(2000)), v.minLength(1), v.maxLength(10))),
	}),
	v.strictObject({ type: v.literal("context"), elements: v.pipe(v.array(anyText(3000)), v.maxLength(10)) }),
	v.strictObject({
		type: v.literal("actions"),
		elements: v.pipe(
			v.array(button),
			v.minLength(1),
			v.maxLength(25),
			v.check((all) => new Set(all.map(({ action_id }) => action_id)).size === all.length, "action_id twice"),
		),
	}),
]);

/** https://docs.slack.dev/reference/block-kit/blocks */
export const slackMessage = v.strictObject({
	response_type: v.optional(v.picklist(["ephemeral", "in_channel"])),
	replace_original: v.optional(v.boolean()),
	text: text(4000),
	blocks: v.pipe(v.array(block), v.minLength(1), v.maxLength(50)),
});

export const slack: PlayedPlatform = {
	host: "hooks.slack.com",
	command(said, { workspace, channel, userId, userName }) {
		const fields = {
			team_id: workspace,
			team_domain: "sandbox",
			channel_id: channel,
			user_id: userId,
			user_name: userName,
			command: "/unbind",
			text: said,
			api_app_id: "A0SANDBOX",
			response_url: `https://hooks.slack.com/commands/${workspace}/${numberOf(said)}`,
			trigger_id: `${numberOf(said)}.1`,
		};
		return signedBySlack(new URLSearchParams(fields).toString());
	},
	press({ value }, { workspace, channel, userId, userName }, name) {
		const payload = {
			type: "block_actions",
			team: { id: workspace, domain: "sandbox" },
			channel: { id: channel, name: "network" },
			user: { id: userId, username: userName, team_id: workspace },
			api_app_id: "A0SANDBOX",
			trigger_id: `${numberOf(name)}.2`,
			response_url: `https://hooks.slack.com/actions/${workspace}/${numberOf(name)}`,
			actions: [v.parse(button, value)],
		};
		return signedBySlack(new URLSearchParams({ payload: JSON.stringify(payload) }).toString());
	},
	answered(body, to) {
		if (body === "") return null;
		if (to === "press") throw new Error("Slack shows nothing of what a click is answered with");
		return shownBySlack(JSON.parse(body));
	},
	sent: (_method, _path, body) => shownBySlack(body),
};

export function shownBySlack(body: unknown): Shown {
	const { response_type, replace_original = false, blocks } = v.parse(slackMessage, body);
	const read = ({ type, text }: { type: string; text: string }) => (type === "mrkdwn" ? unmarked(text) : text);
	const lines: string[] = [];
	const buttons: Shown["buttons"] = [];
	for (const one of blocks) {
		if (one.type === "header") lines.push(`# ${one.text.text}`);
		else if (one.type === "context") lines.push(one.elements.map(read).join(" "));
		else if (one.type === "actions") {
			buttons.push(...one.elements.map((element) => ({ label: element.text.text, value: element })));
			lines.push(one.elements.map((element) => `[${element.text.text}]`).join(" "));
		} else {
			if (one.text) lines.push(read(one.text));
			for (let index = 0; index < (one.fields?.length ?? 0); index += 2)
				lines.push(
					one.fields
						?.slice(index, index + 2)
						.map(read)
						.join(" | ") ?? "",
				);
		}
	}
	const place = response_type === "in_channel" ? "channel" : "caller";
	return { for: place, replaces: replace_original, text: lines.join("\n"), buttons };
}

const unmarked = (text: string): string =>
	text
		.replace(/<(https?:[^|>]+)\|([^>]+)>/g, "$2 <$1>")
		.replaceAll("&lt;", "<")
		.replaceAll("&gt;", ">")
		.replaceAll("&amp;", "&");
