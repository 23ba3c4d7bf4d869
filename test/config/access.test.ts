import { describe, expect, it } from "vitest";
import { authorityOf } from "../../src/config/authority.ts";
import { readConfig } from "../../src/config.ts";
import { accountId } from "../sandbox/imitation/account.ts";
import { allProblems } from "./a-config.ts";

const holder = { sha256: "5e".repeat(32), scopes: ["read"] };
const good = {
	CLOUDFLARE_ACCOUNT_ID: accountId,
	CLOUDFLARE_API_TOKEN: "cf-token",
	TOKENS: JSON.stringify({ ci: holder }),
};
const audience = "a1".repeat(32);
const access = {
	team: "example.cloudflareaccess.com",
	audience,
	users: { "alice@example.com": { scopes: ["read", "delete"], ranges: ["203.0.113.0/24"] } },
};
const read = (change: object, more: object = {}) => readConfig({ ...good, ...more, ACCESS: { ...access, ...change } });
const told = (change: object, more: object = {}) => {
	const config = read(change, more);
	return allProblems(config).map(({ problem }) => problem);
};

describe("ACCESS", () => {
	it("is a team, an audience, and what each user may", () => {
		expect(read({})).toMatchObject({
			ok: true,
			value: {
				access: {
					host: "example.cloudflareaccess.com",
					audience,
					users: [{ name: "alice@example.com", scopes: ["read", "delete"], ranges: ["203.0.113.0/24"] }],
				},
			},
		});
	});

	it("gives a user without ranges none", () => {
		const config = read({ users: { "alice@example.com": { scopes: ["read"] } } });
		expect(config.ok && config.value.access?.users).toEqual([
			{ name: "alice@example.com", scopes: ["read"], ranges: [] },
		]);
	});

	it.each<[string, object, string]>([
		[
			"a team of another's domain",
			{ team: "evil.example" },
			"ACCESS (team): must be a team's domain, as example.cloudflareaccess.com",
		],
		[
			"a team with a path",
			{ team: "x.cloudflareaccess.com/y" },
			"ACCESS (team): must be a team's domain, as example.cloudflareaccess.com",
		],
		["no audience", { audience: undefined }, "ACCESS (audience): is missing"],
		[
			"an audience that is none",
			{ audience: "unbind" },
			"ACCESS (audience): must be the application's audience tag: 64 hex digits, lower case",
		],
		[
			"a user with capital letters",
			{ users: { "Alice@example.com": { scopes: ["read"] } } },
			"ACCESS (users.Alice@example.com): a user is named by an e-mail, in ASCII and lower case",
		],
		[
			"a user who is no e-mail",
			{ users: { alice: { scopes: ["read"] } } },
			"ACCESS (users.alice): a user is named by an e-mail, in ASCII and lower case",
		],
		[
			"a scope that there is not",
			{ users: { "a@b.c": { scopes: ["admin"] } } },
			"ACCESS (users.a@b.c.scopes.0): must be among read, delete, approve, restore, freeze",
		],
		[
			"a range with host bits",
			{ users: { "a@b.c": { scopes: ["read"], ranges: ["203.0.113.1/24"] } } },
			"ACCESS (users.a@b.c.ranges.0): must be a CIDR without host bits",
		],
		["a name that there is not", { domain: "x" }, "ACCESS (domain): there is no such name here"],
	])("does not take %s", (_, change, problem) => expect(told(change)).toEqual([problem]));

	it("does not take a user whom TOKENS names with other letters: one person would be two", () => {
		const TOKENS = JSON.stringify({ "Alice@example.com": holder });
		expect(told({}, { TOKENS })).toEqual([
			"ACCESS (users.alice@example.com): has the same name as one in TOKENS, but for capital letters",
		]);
		expect(told({}, { TOKENS: JSON.stringify({ "alice@example.com": holder }) })).toEqual([]);
	});

	it("does not take a user whom CHAT names with other letters, either", () => {
		const chatWith = (name: string) => ({
			SLACK_SECRET: "a secret of Slack's".replaceAll(" ", "-"),
			CHAT: { slack: { workspace: "T0AB", channels: ["C0AB"], secret: "SLACK_SECRET", users: { U0AB: { name } } } },
		});
		expect(told({}, chatWith("alice@Example.com"))).toEqual([
			"ACCESS (users.alice@example.com): has the same name as one in CHAT, but for capital letters",
		]);
		expect(told({}, chatWith("alice@example.com"))).toEqual([]);
	});
});

describe("the authority of an actor of the page", () => {
	const of = (name: string, change: object = {}, more: object = {}) => {
		const config = read(change, more);
		return config.ok ? authorityOf({ name, door: "page" }, config.value) : "misconfigured";
	};

	it("is a user's or a token holder's, as the configuration is now", () => {
		expect(of("alice@example.com")).toMatchObject({ scopes: ["read", "delete"], ranges: ["203.0.113.0/24"] });
		expect(of("ci")).toMatchObject({ scopes: ["read"], ranges: null });
		expect(of("bob@example.com")).toBeNull();
		expect(of("alice@example.com", { users: {} })).toBeNull();
	});

	it("is a user's own where TOKENS has the same name", () => {
		const TOKENS = JSON.stringify({ "alice@example.com": { ...holder, scopes: ["freeze"] } });
		expect(of("alice@example.com", {}, { TOKENS })).toMatchObject({ scopes: ["read", "delete"] });
	});
});
