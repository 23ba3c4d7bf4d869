// The setting CHAT: which workspaces may talk to unbind, in which channels, and what each user may do. Only listed users get
// in: a platform's signature proves where a message comes from, not that its author may do anything.

import * as v from "valibot";
import { type Scope, scopes } from "../deletion/record/actor.ts";
import { ok } from "../deletion/result.ts";
import { nearestOf } from "../nearest.ts";
import { cidrList, table } from "./fields.ts";
import type { Part } from "./part.ts";
import { type ConfigProblem, problemsBySchema } from "./problem.ts";
import { readSecrets, type SecretHolder, secretsNamedBy } from "./secrets.ts";

export const platformNames = ["slack", "discord", "mattermost"] as const;
export type PlatformName = (typeof platformNames)[number];

export interface ChatUser {
	/** The platform's own id, which its user cannot change. */
	id: string;
	/** The name on record; the same as in TOKENS if it is the same person. */
	name: string;
	scopes: readonly Scope[];
	/** A user without ranges can't delete anything. */
	ranges: readonly string[];
}

export interface Chat {
	platform: PlatformName;
	/** Slack's workspace, Discord's guild, Mattermost's team: its id. */
	workspace: string;
	channels: readonly string[];
	/** What proves a message, newest first: signing secrets, tokens, or a public key. */
	secrets: readonly string[];
	/** Discord's application id, which finds unbind's own messages. */
	application: string | null;
	/** Mattermost's origin: later answers go only there. */
	server: string | null;
	users: readonly ChatUser[];
}

const text = (pattern: RegExp, problem: string) => v.pipe(v.string(), v.regex(pattern, problem));
type Text = ReturnType<typeof text>;

const user = v.strictObject({
	name: v.optional(text(/^[\w.@+-]{1,64}$/, "a name has at most 64 letters, digits and . @ + - _")),
	scopes: v.optional(v.array(v.picklist(scopes, `must be one of ${scopes.join(", ")}`), "must be a list"), []),
	ranges: v.optional(cidrList, []),
});

/** The same for every platform, except for the form of its ids. */
const members = (channelId: Text, userId: Text) => ({
	channels: v.pipe(
		v.array(channelId, "must be a list of channel ids"),
		v.minLength(1, "must name at least one channel"),
	),
	users: v.optional(
		v.pipe(table("must be a table of user ids"), v.record(userId, user, "must be a table of user ids")),
		{},
	),
});
const secret = text(/^[A-Z][A-Z0-9_]{0,63}$/, "must be the name of a Worker secret, such as SLACK_SIGNING_SECRET");
const snowflake = text(/^\d{17,20}$/, "must be a Discord id: 17 to 20 digits");
const mattermostId = text(/^[a-z0-9]{26}$/, "must be a Mattermost id: 26 letters and digits");

const own = { application: null, server: null, secret: null, publicKey: null };

const platforms = {
	slack: v.pipe(
		v.strictObject({
			workspace: text(/^T[A-Z0-9]{2,20}$/, "must be a workspace's id, such as T0123ABCD"),
			secret,
			...members(
				text(/^[CG][A-Z0-9]{2,20}$/, "must be a channel's id, such as C0123ABCD"),
				text(/^[UW][A-Z0-9]{2,20}$/, "must be a user's id, such as U0123ABCD"),
			),
		}),
		v.transform((settings) => ({ ...own, ...settings })),
	),
	discord: v.pipe(
		v.strictObject({
			guild: snowflake,
			application: snowflake,
			public_key: text(/^[0-9a-f]{64}$/, "must be the application's public key: 64 hex digits"),
			...members(snowflake, snowflake),
		}),
		v.transform(({ guild, public_key, ...settings }) => ({
			...own,
			workspace: guild,
			publicKey: public_key,
			...settings,
		})),
	),
	mattermost: v.pipe(
		v.strictObject({
			team: mattermostId,
			server: v.pipe(
				v.string(),
				v.check(
					(address) => URL.canParse(address) && `${new URL(address).origin}` === address && /^https:/.test(address),
					"must be the server's origin, such as https://chat.example.com",
				),
			),
			secret,
			...members(mattermostId, mattermostId),
		}),
		v.transform(({ team, ...settings }) => ({ ...own, workspace: team, ...settings })),
	),
} satisfies Record<PlatformName, v.GenericSchema>;

const platformTable = table("must be a table of platforms");
const onePlatform = v.strictObject({
	slack: v.optional(platforms.slack),
	discord: v.optional(platforms.discord),
	mattermost: v.optional(platforms.mattermost),
});
type PlatformSettings = NonNullable<v.InferOutput<typeof onePlatform>[PlatformName]>;

export interface Chats {
	/** The chats that could be read. A problem may still close one. */
	chats: Chat[];
	/** Users by platform, even if its secret is missing: their names can clash. */
	users: { platform: PlatformName; users: readonly ChatUser[] }[];
	holders: SecretHolder[];
	problems: ConfigProblem[];
	warnings: ConfigProblem[];
}

/** Reads each platform separately: a fault in one does not affect the others. */
export function readChats(value: unknown, secrets: ReadonlyMap<string, unknown>): Chats {
	const all: Chats = { chats: [], users: [], holders: [], problems: [], warnings: [] };
	const whole = v.safeParse(platformTable, value);
	if (!whole.success) return { ...all, problems: problemsBySchema("CHAT", whole.issues, chatNames) };
	const known: readonly string[] = platformNames;
	const entries = Object.entries(whole.output);
	for (const [name, settings] of entries.toSorted(([one], [other]) => known.indexOf(one) - known.indexOf(other))) {
		const part: Part = `chat/${name}`;
		const read = v.safeParse(onePlatform, { [name]: settings });
		if (!read.success) {
			const meant = nearestOf(name, platformNames);
			const closes: Part[] = meant === null ? [part] : [part, `chat/${meant}`];
			all.problems.push(...problemsBySchema("CHAT", read.issues, chatNames, closes));
			all.holders.push({ setting: "CHAT", place: name, part, secrets: secretsNamedBy(settings, secrets) });
		}
		for (const platform of platformNames) {
			const one = read.success ? read.output[platform] : undefined;
			if (one !== undefined) readChat(platform, one, secrets, all);
		}
	}
	return all;
}

function readChat(
	platform: PlatformName,
	{ secret, publicKey, users: table, ...rest }: PlatformSettings,
	secrets: ReadonlyMap<string, unknown>,
	all: Chats,
): void {
	const part: Part = `chat/${platform}`;
	const users = usersOf(platform, table);
	const isKey = publicKey !== null;
	const read = isKey ? ok({ secrets: [publicKey], warnings: [] }) : readSecret(platform, secret, secrets);
	const own = isKey ? [publicKey] : secretsNamedBy({ secret }, secrets);
	all.users.push({ platform, users });
	all.holders.push({ setting: "CHAT", place: platform, part, secrets: own });
	if (!read.ok) all.problems.push(read.failure);
	else {
		all.warnings.push(...read.value.warnings);
		all.chats.push({ platform, ...rest, users, secrets: read.value.secrets });
	}
}

const wordOfAscii = { pattern: /^[\x21-\x7e]+$/, description: "text without spaces" };

const readSecret = (platform: PlatformName, name: string, secrets: ReadonlyMap<string, unknown>) =>
	readSecrets({
		owner: "CHAT",
		table: `CHAT.${platform}`,
		part: `chat/${platform}`,
		name,
		value: secrets.get(name),
		form: wordOfAscii,
	});

/** A user without a configured name is named after its id. No name in TOKENS can have a colon, so they can't clash. */
const usersOf = (platform: PlatformName, users: Record<string, v.InferOutput<typeof user>>): ChatUser[] =>
	Object.entries(users).map(([id, one]) => ({ id, ...one, name: one.name ?? `${platform}:${id}` }));

/** All names that can appear in CHAT, to suggest the right one. */
const chatNames = [
	...platformNames,
	...["workspace", "guild", "team", "application", "public_key", "server", "secret", "channels", "users"],
	...Object.keys(user.entries),
];
