// What a fault of the configuration closes: the part that needs the setting, and nothing else.
import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { sandboxBindings } from "../../sandbox/settings.ts";
import { readConfig } from "../../src/config.ts";
import { guardNames } from "../../src/deletion/record/verdict.ts";
import { allProblems, digest, good, tokens } from "./a-config.ts";

const long = "a-secret-of-24-characters";
const sender = (secret: string, more: object = {}) => ({ scheme: "github", target: "/target", secret, ...more });
const slack = { workspace: "T0AB", channels: ["C0AB"], secret: "SLACK_SECRET" };
const discord = {
	guild: "1".repeat(18),
	application: "2".repeat(18),
	public_key: "ab".repeat(32),
	channels: ["3".repeat(18)],
};
const access = { team: "example.cloudflareaccess.com", audience: "a1".repeat(32) };
const user = (email: string) => ({ ACCESS: { ...access, users: { [email]: { scopes: ["read"] } } } });
const slackUser = (name: string) => ({
	CHAT: { slack: { ...slack, users: { U0AB: { name } } } },
	SLACK_SECRET: `slack-${long}`,
});

const closedBy = (change: object): string[] =>
	[...new Set(allProblems(readConfig({ ...good, ...change })).flatMap(({ closes }) => closes))].toSorted();

describe("a fault", () => {
	it.each<[string, object, string[]]>([
		["in the account", { CLOUDFLARE_ACCOUNT_ID: "" }, ["everything"]],
		["in the credential", { CLOUDFLARE_API_TOKEN: "" }, ["everything"]],
		["in the tokens", { TOKENS: "{" }, ["everything"]],
		["in the guards", { GUARDS: { last_binding: "deny" } }, ["deletions"]],
		["in the list of what is protected", { PROTECTED: "203.0.113.0/24" }, ["deletions"]],
		["in the budget", { BUDGET_DELETIONS: 0 }, ["deletions"]],
		["in the budget's window", { BUDGET_WINDOW_MINUTES: "soon" }, ["deletions"]],
		["in the approvals", { APPROVAL_MINUTES: 0 }, ["deletions"]],
		["in the aliases", { ALIASES: 5 }, ["deletions"]],
		["in the retention", { HISTORY_RETENTION_DAYS: -1 }, ["deletions"]],
		["that is a misspelt limit", { BUDGET_DELETION: 5 }, ["deletions"]],
		["that is a misspelt secret beside the right one", { TOKEN: "x" }, ["deletions"]],
		["that is an unknown number", { KEEP_OUT: 7 }, ["deletions"]],
		["in Access", { ACCESS: { team: "x" } }, ["page"]],
		["that is a misspelt Access", { ACCES: access }, ["page"]],
		["in all senders", { WEBHOOKS: "none" }, ["webhooks"]],
		["that is null instead of senders", { WEBHOOKS: null }, ["webhooks"]],
		["that is a misspelt table of senders", { WEBHOOK: {} }, ["webhooks"]],
		["in a sender's settings", { WEBHOOKS: { one: sender("A_SECRET", { target: 7 }) } }, ["webhooks/one"]],
		["in a sender's scheme", { WEBHOOKS: { one: { scheme: "grafana", secret: "A" } }, A: long }, ["webhooks/one"]],
		["in a sender's secret", { WEBHOOKS: { one: sender("A_SECRET") } }, ["webhooks/one"]],
		["in the secret that a sender takes", { WEBHOOKS: { one: sender("TOKENS") } }, ["webhooks/one"]],
		["in a sender's name", { WEBHOOKS: { One: sender("A_SECRET") } }, ["webhooks/One", "webhooks/one"]],
		["in all chats", { CHAT: [] }, ["chat"]],
		["that is a misspelt table of chats", { CHATS: {} }, ["chat"]],
		["in a platform's settings", { CHAT: { slack: { ...slack, workspace: "x" }, discord } }, ["chat/slack"]],
		["in a platform's secret", { CHAT: { slack, discord } }, ["chat/slack"]],
		["in a platform's name", { CHAT: { slak: {} } }, ["chat/slack", "chat/slak"]],
		["that is an unknown platform", { CHAT: { irc: {} } }, ["chat/irc"]],
	])("%s closes what needs it", (_, change, parts) => expect(closedBy(change)).toEqual(parts));

	it("in one sender leaves the others as they are", () => {
		const config = readConfig({
			...good,
			WEBHOOKS: { one: sender("A_SECRET"), two: sender("B_SECRET") },
			B_SECRET: long,
		});
		expect(config.ok && config.value.senders.map(({ name }) => name)).toEqual(["two"]);
	});

	it("in one platform leaves the others as they are", () => {
		const config = readConfig({ ...good, CHAT: { slack, discord } });
		expect(config.ok && config.value.chats.map(({ platform }) => platform)).toEqual(["discord"]);
	});

	it("the sandbox's configuration has no fault", () => expect(allProblems(readConfig(sandboxBindings))).toEqual([]));
});

describe("a clash", () => {
	const shared = { WEBHOOKS: { one: sender("A_SECRET"), two: sender("B_SECRET") }, A_SECRET: long, B_SECRET: long };
	const holder = { sha256: createHash("sha256").update(long).digest("hex"), scopes: ["read"] };
	it.each<[string, object, string[]]>([
		["two senders' secret", shared, ["webhooks/one", "webhooks/two"]],
		[
			"the secret of a sender and one that is faulty: its messages could be sent to the other",
			{ ...shared, WEBHOOKS: { ...shared.WEBHOOKS, two: sender("B_SECRET", { scheme: "none" }) } },
			["webhooks/one", "webhooks/two"],
		],
		[
			"the secrets of three senders, if one shares a secret with each of the others",
			{
				WEBHOOKS: { ...shared.WEBHOOKS, three: sender("C_SECRET") },
				A_SECRET: long,
				B_SECRET: `b-${long}`,
				C_SECRET: `${long}\nb-${long}`,
			},
			["webhooks/one", "webhooks/three", "webhooks/two"],
		],
		[
			"the secret of a sender and a chat",
			{ WEBHOOKS: { one: sender("A_SECRET") }, CHAT: { slack }, A_SECRET: long, SLACK_SECRET: long },
			["chat/slack", "webhooks/one"],
		],
		[
			"the secret of a sender and a caller",
			{ WEBHOOKS: { one: sender("A_SECRET") }, A_SECRET: long, TOKENS: JSON.stringify({ bob: holder }) },
			["everything", "webhooks/one"],
		],
		[
			"the secret of a sender and the credential",
			{ WEBHOOKS: { one: sender("A_SECRET") }, A_SECRET: long, CLOUDFLARE_API_TOKEN: long },
			["everything", "webhooks/one"],
		],
		["two callers' token", { TOKENS: JSON.stringify({ bob: holder, ann: holder }) }, ["everything"]],
		[
			"two callers' names",
			{ TOKENS: JSON.stringify({ bob: holder, Bob: { ...holder, sha256: digest } }) },
			["everything"],
		],
		["the names of a sender and a caller", { WEBHOOKS: { ci: sender("A") }, A: long }, ["everything", "webhooks/ci"]],
		[
			"the names of a sender and a chat user",
			{ ...slackUser("Bob"), WEBHOOKS: { bob: sender("A") }, A: long },
			["chat/slack", "webhooks/bob"],
		],
		["the names of a caller and a chat user", slackUser("CI"), ["chat/slack", "everything"]],
		[
			"the names of two chat users, one of whom is a caller too",
			{
				CHAT: { slack: { ...slack, users: { U0AB: { name: "ci" }, U0AC: { name: "ci" } } } },
				SLACK_SECRET: long,
			},
			["chat/slack"],
		],
		[
			"the names of an Access user and a chat user",
			{ ...slackUser("Bob@example.com"), ...user("bob@example.com") },
			["chat/slack", "page"],
		],
		[
			"the names of an Access user and a caller",
			{ ...user("bob@example.com"), TOKENS: JSON.stringify({ "Bob@example.com": holder }) },
			["everything", "page"],
		],
	])("of %s closes both", (_, change, parts) => expect(closedBy(change)).toEqual(parts));

	it("leaves neither among the senders and chats", () => {
		const config = readConfig({ ...good, ...shared });
		expect(config.ok && config.value.senders).toEqual([]);
		const chats = readConfig({ ...good, ...slackUser("bob"), WEBHOOKS: { bob: sender("A") }, A: long });
		expect(chats.ok && [chats.value.senders, chats.value.chats]).toEqual([[], []]);
	});
});

describe("the policy of a faulty configuration", () => {
	it("keeps what is not faulty", () => {
		const config = readConfig({ ...good, TOKENS: tokens(), GUARDS: { no_reason: "refuse" }, BUDGET_DELETIONS: 0 });
		expect(config.ok && config.value.policy.levels.no_reason).toBe("refuse");
		expect(config.ok && Object.keys(config.value.policy.levels).toSorted()).toEqual([...guardNames].toSorted());
	});
});
