// Names are ASCII and compared case-insensitively, wherever they are configured.
import { describe, expect, it } from "vitest";
import { authorityOf } from "../../src/config/authority.ts";
import { readConfig } from "../../src/config.ts";
import type { Door } from "../../src/deletion/record/actor.ts";
import { digest, good, told } from "./a-config.ts";

const tokensOf = (...names: string[]) =>
	JSON.stringify(
		Object.fromEntries(
			names.map((name, index) => [name, { sha256: digest.replace(/^../, `0${index}`), scopes: ["read", "delete"] }]),
		),
	);
const slackOf = (...names: string[]) => ({
	CHAT: {
		slack: {
			workspace: "T0AB",
			channels: ["C0AB"],
			secret: "SLACK_SECRET",
			users: Object.fromEntries(names.map((name, index) => [`U0AB${index}`, { name }])),
		},
	},
	SLACK_SECRET: "slack-secret-of-some-length",
});
const senderOf = (name: string) => ({
	WEBHOOKS: { [name]: { scheme: "github", secret: "A_SECRET", target: "/target" } },
	A_SECRET: "a-secret-of-24-characters",
});
const accessOf = (...emails: string[]) => ({
	ACCESS: {
		team: "example.cloudflareaccess.com",
		audience: "a1".repeat(32),
		users: Object.fromEntries(emails.map((email) => [email, { scopes: ["read"] }])),
	},
});
const capitals = (setting: string) => `differs from a name in ${setting} only in capital letters`;

describe("names that differ only in case", () => {
	it.each<[string, object, string]>([
		["in TOKENS", { TOKENS: tokensOf("alice", "Alice") }, `TOKENS: ${capitals("TOKENS")}`],
		[
			"in TOKENS and CHAT",
			{ TOKENS: tokensOf("Alice"), ...slackOf("alice") },
			`CHAT (slack.users.U0AB0): ${capitals("TOKENS")}`,
		],
		["in one chat", slackOf("bob", "Bob"), "CHAT (slack.users.U0AB1): has the same name as another user"],
		[
			"of an Access user and a caller",
			{ TOKENS: tokensOf("Alice@example.com"), ...accessOf("alice@example.com") },
			`ACCESS (users.alice@example.com): ${capitals("TOKENS")}`,
		],
		[
			"of a sender and a caller",
			{ TOKENS: tokensOf("CI"), ...senderOf("ci") },
			"WEBHOOKS (ci): a caller in TOKENS or a user in CHAT or ACCESS has the same name",
		],
		[
			"of a sender and a chat user",
			{ ...slackOf("Grafana"), ...senderOf("grafana") },
			"WEBHOOKS (grafana): a caller in TOKENS or a user in CHAT or ACCESS has the same name",
		],
	])("are refused %s", (_, change, problem) => {
		expect(told(change)).toEqual([problem]);
	});

	it("are one person if they are spelt alike", () => {
		expect(told({ TOKENS: tokensOf("alice"), ...slackOf("alice") })).toEqual([]);
		expect(told({ TOKENS: tokensOf("alice@example.com"), ...accessOf("alice@example.com") })).toEqual([]);
	});
});

describe("a name that is not ASCII", () => {
	it.each<[string, object, RegExp]>([
		["in TOKENS", { TOKENS: tokensOf("\u212aen") }, /^TOKENS: a name has at most 64/],
		["in CHAT", slackOf("zo\u00eb"), /^CHAT \(slack\.users\.U0AB0\.name\): a name has at most 64/],
		[
			"in ACCESS",
			accessOf("\u212aen@example.com"),
			/^ACCESS \(users\..*\): a user's name must be an e-mail address in lower-case ASCII/,
		],
	])("is refused %s", (_, change, problem) => {
		expect(told(change)).toEqual([expect.stringMatching(problem)]);
	});
});

describe("the authority of a record's actor", () => {
	const of = (name: string, door: Door, change: object) => {
		const config = readConfig({ ...good, ...change });
		return config.ok ? (authorityOf({ name, door }, config.value)?.scopes ?? null) : "misconfigured";
	};

	it("is found by the name in any case, as an older record may have it", () => {
		expect(of("Alice", "api", { TOKENS: tokensOf("alice") })).toEqual(["read", "delete"]);
		expect(of("Alice@Example.com", "page", accessOf("alice@example.com"))).toEqual(["read"]);
		expect(of("\u212aen", "api", { TOKENS: tokensOf("ken") })).toBeNull();
	});

	it("is none for the watch, even under the name of a caller", () => {
		expect(of("alice", "watch", { TOKENS: tokensOf("alice") })).toBeNull();
	});
});
