// Plays Mattermost: sends commands with their token and clicks without anything, and shows attachments as text.
import * as v from "valibot";
import { numberOf, type PlayedPlatform, type Shown } from "./platform.ts";
import { mattermostServer, mattermostToken } from "./settings.ts";

const text = (longest: number) => v.pipe(v.string(), v.maxLength(longest));
const action = v.strictObject({
	/** The path that Mattermost uses for a click ends with it. */
	id: v.pipe(v.string(), v.regex(/^[A-Za-z0-9]+$/)),
	type: v.literal("button"),
	name: text(64),
	style: v.picklist(["default", "primary", "danger"]),
	integration: v.strictObject({
		url: v.pipe(v.string(), v.url()),
		context: v.strictObject({ offer: v.string(), choice: v.string() }),
	}),
});
const attachment = v.strictObject({
	fallback: text(4000),
	color: v.pipe(v.string(), v.hexColor()),
	title: text(1000),
	title_link: v.optional(v.pipe(v.string(), v.url())),
	text: text(4000),
	fields: v.array(v.strictObject({ short: v.boolean(), title: v.string(), value: v.string() })),
	actions: v.array(action),
});
/** A post's properties, including attachments, may have 800,000 characters, and a post 16,383. */
export const mattermostAttachments = v.pipe(
	v.array(attachment),
	v.length(1),
	v.check((all) => JSON.stringify(all).length < 16_383, "larger than a post"),
);

/** https://developers.mattermost.com/integrate/slash-commands/custom */
export const mattermostPost = v.strictObject({
	response_type: v.picklist(["ephemeral", "in_channel"]),
	skip_slack_parsing: v.literal(true),
	text: text(16_383),
	attachments: mattermostAttachments,
});
const clickAnswer = v.union([
	v.strictObject({}),
	v.strictObject({ ephemeral_text: text(16_383), skip_slack_parsing: v.literal(true) }),
	v.strictObject({
		update: v.strictObject({ message: text(16_383), props: v.strictObject({ attachments: mattermostAttachments }) }),
		skip_slack_parsing: v.literal(true),
	}),
]);

export const mattermost: PlayedPlatform = {
	host: new URL(mattermostServer).host,
	command(said, { workspace, channel, userId, userName }) {
		const fields = {
			team_id: workspace,
			team_domain: "sandbox",
			channel_id: channel,
			channel_name: "network",
			user_id: userId,
			user_name: userName,
			command: "/unbind",
			text: said,
			token: mattermostToken,
			response_url: `${mattermostServer}/hooks/commands/${numberOf(said)}`,
			trigger_id: `trigger-${numberOf(said)}`,
		};
		const headers = { "content-type": "application/x-www-form-urlencoded", authorization: `Token ${mattermostToken}` };
		return { headers, body: new URLSearchParams(fields).toString() };
	},
	press({ value }, { workspace, channel, userId, userName }, name) {
		const { integration } = v.parse(action, value);
		const body = {
			user_id: userId,
			user_name: userName,
			channel_id: channel,
			channel_name: "network",
			team_id: workspace,
			team_domain: "sandbox",
			post_id: "post0000000000000000000000",
			trigger_id: `trigger-${numberOf(name)}`,
			type: "button",
			data_source: "",
			context: integration.context,
		};
		return { headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
	},
	answered(body, to) {
		if (to === "command") return posted(JSON.parse(body));
		const answer = v.parse(clickAnswer, JSON.parse(body));
		if ("update" in answer)
			return shownByMattermost(answer.update.props.attachments, { for: "caller", replaces: true });
		if ("ephemeral_text" in answer)
			return { for: "caller", replaces: false, text: unmarked(answer.ephemeral_text), buttons: [] };
		return null;
	},
	sent: (_method, _path, body) => posted(body),
};

function posted(body: unknown): Shown {
	const { response_type, attachments } = v.parse(mattermostPost, body);
	return shownByMattermost(attachments, {
		for: response_type === "in_channel" ? "channel" : "caller",
		replaces: false,
	});
}

export function shownByMattermost(
	[one]: v.InferOutput<typeof mattermostAttachments>,
	where: Pick<Shown, "for" | "replaces">,
): Shown {
	if (one === undefined) throw new Error("a message without an attachment");
	const { title, title_link, text, fields, actions } = one;
	const lines = [
		`# ${unmarked(title)}${title_link === undefined ? "" : ` <${title_link}>`}`,
		...(text === "" ? [] : [unmarked(text)]),
		...fields.map(({ title, value }) => `${unmarked(title)} | ${unmarked(value)}`),
		...(actions.length === 0 ? [] : [actions.map(({ name }) => `[${name}]`).join(" ")]),
	];
	return { ...where, text: lines.join("\n"), buttons: actions.map((value) => ({ label: value.name, value })) };
}

const unmarked = (text: string): string =>
	text
		.replace(/(?<!\\)\[\*\*((?:[^\]\\]|\\.)*)\*\*\]\((https?:[^)]+)\)/g, "$1 <$2>")
		.replace(/\\([^0-9A-Za-z\s])/g, "$1")
		.replaceAll("\u200b", "");
