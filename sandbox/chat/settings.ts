// The sandbox's workspaces and people: who may use chat, and the secrets that prove it. Every value is public and gives
// access to nothing outside the sandbox.
import type { PlatformName } from "../../src/config/chat.ts";

export type PersonName = "alice" | "bob" | "carol" | "mallory";

interface Place {
	workspace: string;
	channel: string;
	/** Ids by person. mallory is in the workspace, but not in the configuration. */
	people: Record<PersonName, string>;
}

export const places: Record<PlatformName, Place> = {
	slack: {
		workspace: "T0SANDBOX",
		channel: "C0NETWORK",
		people: { alice: "U0ALICE", bob: "U0BOB", carol: "U0CAROL", mallory: "U0MALLORY" },
	},
	discord: {
		workspace: "110000000000000001",
		channel: "120000000000000001",
		people: {
			alice: "130000000000000001",
			bob: "130000000000000002",
			carol: "130000000000000003",
			mallory: "130000000000000004",
		},
	},
	mattermost: {
		workspace: "team0sandbox00000000000000",
		channel: "chan0network00000000000000",
		people: {
			alice: "user0alice0000000000000000",
			bob: "user0bob000000000000000000",
			carol: "user0carol0000000000000000",
			mallory: "user0mallory00000000000000",
		},
	},
};

export const slackSigningSecret = "sandbox-slack-signing-secret";
export const mattermostToken = "sandbox0mattermost0token00";
export const mattermostServer = "https://mattermost.sandbox";
export const discordApplication = "140000000000000001";
/**
 * The first key pair of RFC 8032, section 7.1. Discord signs with the seed, and the configuration has the public key.
 */
export const discordSeed = "nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=";
const discordPublicKey = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";

const everywhere = ["0.0.0.0/0", "::/0"];

/** alice may do everything, bob decides, carol reads. */
const usersOf = ({ people: { alice, bob, carol } }: Place) => ({
	[alice]: { name: "alice", scopes: ["read", "delete", "approve", "restore", "freeze"], ranges: everywhere },
	[bob]: { name: "bob", scopes: ["read", "approve"], ranges: everywhere },
	[carol]: { scopes: ["read"] },
});

const { slack, discord, mattermost } = places;

/** [vars.CHAT] in wrangler.toml, and the secrets it names. */
export const sandboxChat = {
	CHAT: {
		slack: {
			workspace: slack.workspace,
			channels: [slack.channel],
			secret: "SLACK_SIGNING_SECRET",
			users: usersOf(slack),
		},
		discord: {
			guild: discord.workspace,
			application: discordApplication,
			public_key: discordPublicKey,
			channels: [discord.channel],
			users: usersOf(discord),
		},
		mattermost: {
			team: mattermost.workspace,
			server: mattermostServer,
			channels: [mattermost.channel],
			secret: "MATTERMOST_TOKEN",
			users: usersOf(mattermost),
		},
	},
	SLACK_SIGNING_SECRET: slackSigningSecret,
	MATTERMOST_TOKEN: mattermostToken,
};
