import { describe, expect, it } from "vitest";
import { accountId } from "../../sandbox/imitation/account.ts";
import { authorityOf } from "../../src/config/authority.ts";
import { readConfig } from "../../src/config.ts";
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
	it("has a team, an audience and each user's authority", () => {
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

	it("gives a user without ranges no range", () => {
		const config = read({ users: { "alice@example.com": { scopes: ["read"] } } });
		expect(config.ok && config.value.access?.users).toEqual([
			{ name: "alice@example.com", scopes: ["read"], ranges: [] },
		]);
	});

	it.each<[string, object, string]>([
		[
			"a team on another domain",
			{ team: "evil.example" },
			"ACCESS (team): must be a team's domain, such as example.cloudflareaccess.com",
		],
		[
			"a team with a path",
			{ team: "x.cloudflareaccess.com/y" },
			"ACCESS (team): must be a team's domain, such as example.cloudflareaccess.com",
		],
		["no audience", { audience: undefined }, "ACCESS (audience): is missing"],
		[
			"an invalid audience",
			{ audience: "unbind" },
			"ACCESS (audience): must be the application's audience tag: 64 hex digits, lower case",
		],
		[
			"a user with capital letters",
			{ users: { "Alice@example.com": { scopes: ["read"] } } },
			"ACCESS (users.Alice@example.com): a user's name must be an e-mail address in lower-case ASCII",
		],
		[
			"a user who is not an email",
			{ users: { alice: { scopes: ["read"] } } },
			"ACCESS (users.alice): a user's name must be an e-mail address in lower-case ASCII",
		],
		[
			"an unknown scope",
			{ users: { "a@b.c": { scopes: ["admin"] } } },
			"ACCESS (users.a@b.c.scopes.0): must be one of read, delete, approve, restore, freeze",
		],
		[
			"a range with host bits",
			{ users: { "a@b.c": { scopes: ["read"], ranges: ["203.0.113.1/24"] } } },
			"ACCESS (users.a@b.c.ranges.0): must be a CIDR without host bits",
		],
		["an unknown name", { domain: "x" }, "ACCESS (domain): unknown name"],
	])("refuses %s", (_, change, problem) => expect(told(change)).toEqual([problem]));

	it("refuses a user whose name in TOKENS differs only in case", () => {
		const TOKENS = JSON.stringify({ "Alice@example.com": holder });
		expect(told({}, { TOKENS })).toEqual([
			"ACCESS (users.alice@example.com): differs from a name in TOKENS only in capital letters",
		]);
		expect(told({}, { TOKENS: JSON.stringify({ "alice@example.com": holder }) })).toEqual([]);
	});

	it("refuses a user whose name in CHAT differs only in case", () => {
		const chatWith = (name: string) => ({
			SLACK_SECRET: "a secret of Slack's".replaceAll(" ", "-"),
			CHAT: { slack: { workspace: "T0AB", channels: ["C0AB"], secret: "SLACK_SECRET", users: { U0AB: { name } } } },
		});
		expect(told({}, chatWith("alice@Example.com"))).toEqual([
			"ACCESS (users.alice@example.com): differs from a name in CHAT only in capital letters",
		]);
		expect(told({}, chatWith("alice@example.com"))).toEqual([]);
	});
});

describe("the authority of a page actor", () => {
	const of = (name: string, change: object = {}, more: object = {}) => {
		const config = read(change, more);
		return config.ok ? authorityOf({ name, door: "page" }, config.value) : "misconfigured";
	};

	it("is the user's or token holder's in the current configuration", () => {
		expect(of("alice@example.com")).toMatchObject({ scopes: ["read", "delete"], ranges: ["203.0.113.0/24"] });
		expect(of("ci")).toMatchObject({ scopes: ["read"], ranges: null });
		expect(of("bob@example.com")).toBeNull();
		expect(of("alice@example.com", { users: {} })).toBeNull();
	});

	it("is the user's own if TOKENS has the same name", () => {
		const TOKENS = JSON.stringify({ "alice@example.com": { ...holder, scopes: ["freeze"] } });
		expect(of("alice@example.com", {}, { TOKENS })).toMatchObject({ scopes: ["read", "delete"] });
	});
});
