// Plays Discord: signs interactions as it does, refuses what it would refuse, and shows embeds and components as text.
import * as v from "valibot";
import { signed } from "../../scripts/sign.ts";
import { discord as scheme } from "../../src/doors/auth/schemes.ts";
import { verbs } from "../../src/doors/chat/command.ts";
import { numberOf, type Outgoing, type PlayedPlatform, type Sender, type Shown } from "./platform.ts";
import { discordApplication, discordSeed } from "./settings.ts";

export function signedByDiscord(interaction: unknown, atMs = Date.now()): Outgoing {
	const body = JSON.stringify(interaction);
	const secret = `seed:${discordSeed}`;
	const proof = signed(body, { scheme, secret, timestampSeconds: Math.floor(atMs / 1000), messageId: "" });
	return { headers: { "content-type": "application/json", ...proof }, body };
}

const text = (longest: number) => v.pipe(v.string(), v.minLength(1), v.maxLength(longest));
const field = v.strictObject({ name: text(256), value: text(1024), inline: v.optional(v.boolean()) });
const embed = v.pipe(
	v.strictObject({
		title: text(256),
		description: v.pipe(v.string(), v.maxLength(4096)),
		color: v.number(),
		url: v.optional(v.pipe(v.string(), v.url())),
		fields: v.pipe(v.array(field), v.maxLength(25)),
	}),
	v.check(
		({ title, description, fields }) =>
			title.length + description.length + fields.reduce((sum, one) => sum + one.name.length + one.value.length, 0) <=
			6000,
		"an embed has more than 6000 characters",
	),
);
const button = v.strictObject({
	type: v.literal(2),
	style: v.picklist([1, 2, 3, 4]),
	label: text(80),
	custom_id: text(100),
});
const row = v.strictObject({ type: v.literal(1), components: v.pipe(v.array(button), v.minLength(1), v.maxLength(5)) });

/** https://docs.discord.com/developers/resources/message */
export const discordMessage = v.strictObject({
	embeds: v.pipe(v.array(embed), v.length(1)),
	components: v.pipe(v.array(row), v.maxLength(5)),
	allowed_mentions: v.strictObject({ parse: v.pipe(v.array(v.string()), v.length(0)) }),
	flags: v.optional(v.literal(64)),
});

const choice = v.strictObject({ name: text(100), value: text(100) });
export const discordAnswer = v.variant("type", [
	v.strictObject({ type: v.literal(1) }),
	v.strictObject({ type: v.literal(4), data: discordMessage }),
	v.strictObject({ type: v.literal(5), data: v.strictObject({ flags: v.literal(64) }) }),
	v.strictObject({ type: v.literal(6) }),
	v.strictObject({ type: v.literal(7), data: discordMessage }),
	v.strictObject({ type: v.literal(8), data: v.strictObject({ choices: v.pipe(v.array(choice), v.maxLength(25)) }) }),
]);

/** An interaction without the parts specific to its type. */
export const interactionOf = ({ workspace, channel, userId, userName }: Sender, name: string) => ({
	id: `15${String(numberOf(name)).padStart(16, "0")}`,
	application_id: discordApplication,
	token: `token-${numberOf(name)}`,
	version: 1,
	guild_id: workspace,
	channel_id: channel,
	member: { user: { id: userId, username: userName, global_name: userName }, roles: [], permissions: "0" },
	locale: "en-GB",
});

/** Turns a typed line into the command and parts that Discord's users choose and fill in. */
export function partsOf(line: string) {
	const [first = "", ...rest] = line.trim().split(/\s+/);
	const isVerb = Object.hasOwn(verbs, first);
	const [verb, words] = isVerb ? [first, rest] : ["delete", [first, ...rest]];
	const options =
		verb === "freeze"
			? { reason: words.join(" ") }
			: verb === "delete" || verb === "history"
				? { target: words[0] ?? "", reason: words.slice(1).join(" ") }
				: verb === "restore-all"
					? { event: words[0] ?? "", reason: words.slice(1).join(" ") }
					: { id: words[0] ?? "", outcome: words[1] ?? "", note: words.slice(2).join(" ") };
	const given = Object.entries(options).flatMap(([name, value]) => (value === "" ? [] : [{ name, type: 3, value }]));
	return { id: "160000000000000001", name: "unbind", type: 1, options: [{ name: verb, type: 1, options: given }] };
}

export const discord: PlayedPlatform = {
	host: "discord.com",
	command: (said, sender) => signedByDiscord({ ...interactionOf(sender, said), type: 2, data: partsOf(said) }),
	press({ value }, sender, name) {
		const data = { component_type: 2, custom_id: v.parse(button, value).custom_id };
		return signedByDiscord({ ...interactionOf(sender, name), type: 3, data });
	},
	answered(body, to) {
		const answer = v.parse(discordAnswer, JSON.parse(body));
		if (answer.type === 4) return shownByDiscord(answer.data, false);
		if (answer.type === 7 && to === "press") return shownByDiscord(answer.data, true);
		if (answer.type === 5 && to === "command")
			return { for: "caller", replaces: false, text: "unbind is thinking …", buttons: [] };
		if (answer.type === 6 && to === "press") return null;
		throw new Error(`Discord does not take a ${answer.type} for a ${to}`);
	},
	sent(method, path, body) {
		const [, token, edited] = /^\/api\/v10\/webhooks\/\d+\/([\w=-]+)(\/messages\/@original)?$/.exec(path) ?? [];
		if (token === undefined || (method === "PATCH") !== (edited !== undefined)) throw new Error(`${method} ${path}`);
		return shownByDiscord(v.parse(discordMessage, body), method === "PATCH");
	},
};

export function shownByDiscord(
	{ embeds: [one], components, flags }: v.InferOutput<typeof discordMessage>,
	replaces: boolean,
): Shown {
	const buttons = components.flatMap((row) => row.components);
	const lines = [
		`# ${unmarked(one?.title ?? "")}${one?.url === undefined ? "" : ` <${one.url}>`}`,
		...(one?.description ? [unmarked(one.description)] : []),
		...(one?.fields ?? []).map(({ name, value }) => `${unmarked(name)} | ${unmarked(value)}`),
		...(buttons.length === 0 ? [] : [buttons.map(({ label }) => `[${label}]`).join(" ")]),
	];
	return {
		// An edited message stays where it was, and is seen by whoever saw it.
		for: flags === 64 || replaces ? "caller" : "channel",
		replaces,
		text: lines.join("\n"),
		buttons: buttons.map((value) => ({ label: value.label, value })),
	};
}

const unmarked = (text: string): string =>
	text
		.replace(/(?<!\\)\[\*\*((?:[^\]\\]|\\.)*)\*\*\]\((https?:[^)]+)\)/g, "$1 <$2>")
		.replace(/\\([^0-9A-Za-z\s])/g, "$1");
