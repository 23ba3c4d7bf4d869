import { describe, expect, it } from "vitest";
import { places, sandboxChat } from "../../sandbox/chat/settings.ts";
import { sandboxBindings } from "../../sandbox/settings.ts";
import { authorityOf } from "../../src/config/authority.ts";
import { readConfig } from "../../src/config.ts";
import { allProblems, inFull } from "./a-config.ts";

const { slack, discord, mattermost } = sandboxChat.CHAT;
type Settings = Record<string, unknown>;
const read = (chat: unknown, more: Settings = {}) => readConfig({ ...sandboxBindings, CHAT: chat, ...more });
const problemsOf = (chat: unknown, more: Settings = {}) => {
	const config = read(chat, more);
	return inFull(allProblems(config));
};

describe("CHAT", () => {
	it("names an unnamed user by their id and gives them no authority by default", () => {
		const config = read({ slack: { ...slack, users: { U0ALICE: {}, U0BOB: { name: "bob", scopes: ["approve"] } } } });
		if (!config.ok) throw new Error(JSON.stringify(config.failure));
		expect(config.value.chats).toEqual([
			{
				platform: "slack",
				workspace: slack.workspace,
				channels: slack.channels,
				secrets: ["sandbox-slack-signing-secret"],
				application: null,
				server: null,
				users: [
					{ id: "U0ALICE", name: "slack:U0ALICE", scopes: [], ranges: [] },
					{ id: "U0BOB", name: "bob", scopes: ["approve"], ranges: [] },
				],
			},
		]);
	});

	it("is empty by default and has every platform in the sandbox", () => {
		expect(read(undefined)).toMatchObject({ ok: true, value: { chats: [] } });
		const config = read(sandboxChat.CHAT);
		if (!config.ok) throw new Error(JSON.stringify(config.failure));
		expect(config.value.chats.map(({ platform, application, server }) => [platform, application, server])).toEqual([
			["slack", null, null],
			["discord", discord.application, null],
			["mattermost", null, mattermost.server],
		]);
	});

	it.each<[string, unknown, string]>([
		["a string instead of a table", "slack", "CHAT: must be a table of platforms"],
		["an unknown platform", { teams: slack }, "CHAT (teams): unknown name"],
		["no channels", { slack: { ...slack, channels: [] } }, "CHAT (slack.channels): must name at least one channel"],
		[
			"missing channels",
			{ slack: { workspace: slack.workspace, secret: slack.secret } },
			"CHAT (slack.channels): is missing",
		],
		[
			"a channel's name",
			{ slack: { ...slack, channels: ["#network"] } },
			"CHAT (slack.channels.0): must be a channel's id, such as C0123ABCD",
		],
		[
			"a workspace's name",
			{ slack: { ...slack, workspace: "example" } },
			"CHAT (slack.workspace): must be a workspace's id, such as T0123ABCD",
		],
		[
			"a user's name",
			{ slack: { ...slack, users: { alice: {} } } },
			"CHAT (slack.users.alice): must be a user's id, such as U0123ABCD",
		],
		[
			"an unknown scope",
			{ slack: { ...slack, users: { U0ALICE: { scopes: ["all"] } } } },
			"must be one of read, delete, approve, restore, freeze",
		],
		[
			"a range with host bits",
			{ slack: { ...slack, users: { U0ALICE: { ranges: ["203.0.113.1/24"] } } } },
			"must be a CIDR without host bits",
		],
		[
			"a name with a colon",
			{ slack: { ...slack, users: { U0ALICE: { name: "slack:U0BOB" } } } },
			"a name has at most 64 letters",
		],
		["the secret itself", { slack: { ...slack, secret: "8f742231b10e8888" } }, "must be the name of a Worker secret"],
		["a Slack id for Discord", { discord: { ...discord, guild: "T0SANDBOX" } }, "must be a Discord id"],
		[
			"half a public key",
			{ discord: { ...discord, public_key: "ab" } },
			"must be the application's public key: 64 hex digits",
		],
		[
			"a server over http",
			{ mattermost: { ...mattermost, server: "http://chat.example.com" } },
			"must be the server's origin, such as https://chat.example.com",
		],
		[
			"a server with a path",
			{ mattermost: { ...mattermost, server: "https://chat.example.com/hooks" } },
			"must be the server's origin",
		],
		["a server that is not a URL", { mattermost: { ...mattermost, server: "chat" } }, "must be the server's origin"],
	])("names the problem: %s", (_, chat, sentence) => {
		const problems = problemsOf(chat);
		expect(problems).toHaveLength(1);
		expect(problems[0]).toMatchObject({
			setting: "CHAT",
			problem: expect.stringContaining(sentence),
			fix: "Fix CHAT under [vars] in wrangler.toml, then run: npx wrangler deploy",
		});
		expect(problems[0]?.problem).not.toContain("8f742231b10e8888");
	});

	it("needs the secret it names", () => {
		for (const value of [undefined, "", "\n", "short", "two words are none"])
			expect(problemsOf({ slack }, { SLACK_SIGNING_SECRET: value })).toMatchObject([
				{ setting: "SLACK_SIGNING_SECRET", fix: "Run: npx wrangler secret put SLACK_SIGNING_SECRET" },
			]);
	});

	it("refuses two people with one name on a platform, but allows one person on several and in TOKENS", () => {
		const users = { U0ALICE: { name: "alice" }, U0BOB: { name: "alice" } };
		expect(problemsOf({ slack: { ...slack, users } })).toEqual([
			{
				setting: "CHAT",
				problem: "CHAT (slack.users.U0BOB): has the same name as another user",
				fix: "Fix CHAT under [vars] in wrangler.toml, then run: npx wrangler deploy",
			},
		]);
		expect(problemsOf({ ...sandboxChat.CHAT, slack: { ...slack, users: { U0ALICE: { name: "sandbox" } } } })).toEqual(
			[],
		);
	});

	it("refuses a user with a sender's name", () => {
		const users = { U0ALICE: { name: "grafana" } };
		const [problem, ...more] = problemsOf({ slack: { ...slack, users } });
		expect(more).toEqual([]);
		expect(problem?.problem).toBe(
			"WEBHOOKS (grafana): a caller in TOKENS or a user in CHAT or ACCESS has the same name",
		);
	});
});

describe("the authority of a chat actor", () => {
	const config = read(sandboxChat.CHAT);
	if (!config.ok) throw new Error("refused");
	const party = { name: "alice", door: "chat" as const, platform: "slack", user_id: places.slack.people.alice };

	it("follows the platform's id, not a name that someone else could take", () => {
		expect(authorityOf(party, config.value)).toMatchObject({
			name: "alice",
			scopes: expect.arrayContaining(["delete"]),
		});
		expect(authorityOf({ ...party, user_id: places.slack.people.bob }, config.value)).toMatchObject({ name: "bob" });
		expect(authorityOf({ ...party, name: "bob" }, config.value)).toMatchObject({ name: "alice" });
	});

	it("is nothing for a user who is no longer listed", () => {
		expect(authorityOf({ ...party, user_id: "U0MALLORY" }, config.value)).toBeNull();
		expect(authorityOf({ ...party, platform: "discord" }, config.value)).toBeNull();
		expect(authorityOf({ name: "alice", door: "chat" }, config.value)).toBeNull();
	});
});
