// The setting CHAT: which workspaces may talk to unbind, in which channels, and what each user may do. Only listed users get
// in: a platform's signature proves where a message comes from, not that its author may do anything.

import * as v from "valibot";
import { scopes } from "../deletion/record/actor.ts";
import { ok } from "../deletion/result.ts";
import { nearestOf } from "../nearest.ts";
import { type Entries, readEntries } from "./entries.ts";
import { actorName, cidrList, type Grant, matching, oneOf, secretName, table } from "./fields.ts";
import type { ConfigProblem } from "./problem.ts";
import { readSecrets, type SecretValues } from "./secrets.ts";

export const platformNames = ["slack", "discord", "mattermost"] as const;
export type PlatformName = (typeof platformNames)[number];

/** The same person has the same name as in TOKENS. */
export interface ChatUser extends Grant {
	/** The platform's own id, which its user cannot change. */
	id: string;
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

const user = v.strictObject({
	name: v.optional(actorName),
	scopes: v.optional(v.array(oneOf(scopes), "must be a list"), []),
	ranges: v.optional(cidrList, []),
});

type Id = ReturnType<typeof matching>;

/** The same for every platform, except for the form of its ids. */
const members = (channelId: Id, userId: Id) => ({
	channels: v.pipe(
		v.array(channelId, "must be a list of channel ids"),
		v.minLength(1, "must name at least one channel"),
	),
	users: v.optional(
		v.pipe(table("must be a table of user ids"), v.record(userId, user, "must be a table of user ids")),
		{},
	),
});
const secret = secretName("SLACK_SIGNING_SECRET");
const snowflake = matching(/^\d{17,20}$/, "must be a Discord id: 17 to 20 digits");
const mattermostId = matching(/^[a-z0-9]{26}$/, "must be a Mattermost id: 26 letters and digits");

const own = { application: null, server: null, secret: null, publicKey: null };

const platforms = {
	slack: v.pipe(
		v.strictObject({
			workspace: matching(/^T[A-Z0-9]{2,20}$/, "must be a workspace's id, such as T0123ABCD"),
			secret,
			...members(
				matching(/^[CG][A-Z0-9]{2,20}$/, "must be a channel's id, such as C0123ABCD"),
				matching(/^[UW][A-Z0-9]{2,20}$/, "must be a user's id, such as U0123ABCD"),
			),
		}),
		v.transform((settings) => ({ ...own, ...settings })),
	),
	discord: v.pipe(
		v.strictObject({
			guild: snowflake,
			application: snowflake,
			public_key: matching(/^[0-9a-f]{64}$/, "must be the application's public key: 64 hex digits"),
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

const onePlatform = v.strictObject({
	slack: v.optional(platforms.slack),
	discord: v.optional(platforms.discord),
	mattermost: v.optional(platforms.mattermost),
});
export interface Chats extends Entries {
	/** The chats that could be read. A problem may still close one. */
	chats: Chat[];
	/** Users by platform, even if its secret is missing: their names can clash. */
	users: { platform: PlatformName; users: readonly ChatUser[] }[];
	warnings: ConfigProblem[];
}

export function readChats(value: unknown, secrets: SecretValues): Chats {
	const all: Pick<Chats, "chats" | "users" | "warnings"> = { chats: [], users: [], warnings: [] };
	const entries = readEntries(
		{
			setting: "CHAT",
			rule: "must be a table of platforms",
			schema: onePlatform,
			names: chatNames,
			order: platformNames,
			meant: (name) => nearestOf(name, platformNames) ?? name,
		},
		value,
		secrets,
		(name, settings) => {
			const platform = platformNames.find((one) => one === name);
			if (platform === undefined || settings === undefined) return [];
			const { secret, publicKey, users: table, ...rest } = settings;
			const users = usersOf(platform, table);
			all.users.push({ platform, users });
			const read =
				publicKey === null
					? readSecrets({ setting: "CHAT", place: platform, name: secret, form: wordOfAscii }, secrets)
					: ok({ secrets: [publicKey], warnings: [] });
			if (!read.ok) return [read.failure];
			all.warnings.push(...read.value.warnings);
			all.chats.push({ platform, ...rest, users, secrets: read.value.secrets });
			return [];
		},
	);
	return { ...entries, ...all };
}

const wordOfAscii = { pattern: /^[\x21-\x7e]+$/, description: "text without spaces" };

/** A user without a configured name is named after its id. No name in TOKENS can have a colon, so they can't clash. */
const usersOf = (platform: PlatformName, users: Record<string, v.InferOutput<typeof user>>): ChatUser[] =>
	Object.entries(users).map(([id, one]) => ({ id, ...one, name: one.name ?? `${platform}:${id}` }));

/** All names that can appear in CHAT, to suggest the right one. */
const chatNames = [
	...platformNames,
	...["workspace", "guild", "team", "application", "public_key", "server", "secret", "channels", "users"],
	...Object.keys(user.entries),
];
