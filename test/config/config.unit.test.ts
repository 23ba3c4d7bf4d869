import { describe, expect, it } from "vitest";
import { accountId } from "../../sandbox/imitation/account.ts";
import { configOf, readConfig } from "../../src/config.ts";
import { defaultPolicy, fixedGuards } from "../../src/deletion/judgement/policy.ts";
import { guardNames, levels } from "../../src/deletion/record/verdict.ts";
import { cidr } from "../deletion/ranges.ts";
import { allProblems, good, problemsOf, tokens, told } from "./a-config.ts";

describe("readConfig", () => {
	it("returns the configuration as the code uses it", () => {
		const config = readConfig({
			...good,
			HISTORY_RETENTION_DAYS: 30,
			ALIASES: { "edge-cdn": "203.0.113.128/25", shop: "c01d0000000000000000000000000004" },
			TOKENS: tokens({ ranges: ["203.0.113.0/24"] }),
			GUARDS: { last_binding: "refuse", no_reason: "acknowledge" },
			PROTECTED: ["203.0.113.0/26", "c01d0000000000000000000000000004", "2001:DB8::/32"],
			BUDGET_DELETIONS: "9",
			BUDGET_WINDOW_MINUTES: 30,
			APPROVAL_MINUTES: 15,
			LEDGER: {},
			HISTORY: {},
		});
		expect(config).toEqual({
			ok: true,
			value: {
				accountId,
				credential: { apiToken: "cf-token" },
				senders: [],
				chats: [],
				access: null,
				tokenHolders: [
					{ name: "ci", digest: new Uint8Array(32).fill(0x5e), scopes: ["read", "delete"], ranges: ["203.0.113.0/24"] },
				],
				aliases: new Map([
					["edge-cdn", "203.0.113.128/25"],
					["shop", "c01d0000000000000000000000000004"],
				]),
				retentionDays: 30,
				watch: { minutes: 10, massAtLeast: 10, freezes: true },
				notify: { origin: null, destinations: [], names: [] },
				policy: {
					levels: { ...defaultPolicy.levels, last_binding: "refuse", no_reason: "acknowledge" },
					protected: {
						ranges: [cidr("203.0.113.0/26"), cidr("2001:db8::/32")],
						ids: ["c01d0000000000000000000000000004"],
					},
					budget: { deletions: 9, windowMinutes: 30 },
					approvalMinutes: 15,
				},
				warnings: [],
				problems: [],
				problemsClosing: expect.any(Function),
			},
		});
	});

	it("needs no aliases, retention or ranges, and has a default policy", () => {
		expect(readConfig(good)).toMatchObject({
			ok: true,
			value: { aliases: new Map(), retentionDays: 0, tokenHolders: [{ ranges: null }], policy: defaultPolicy },
		});
	});

	it("reports every problem at once, each with the command that fixes it", () => {
		const config = readConfig({
			CLOUDFLARE_ACCOUNT_ID: "",
			HISTORY_RETENTION_DAYS: -1,
			ALIASES: { "edge-cdn": "203.0.113.129/25" },
			GUARDS: { last_bindings: "refuse" },
			PROTECTED: "203.0.113.0/24",
			BUDGET_DELETIONS: 0,
			BUDGET_WINDOW_MINUTES: "soon",
			APPROVAL_MINUTES: 1441,
			TOKENS: "{",
		});
		const problems = allProblems(config);
		expect(problems.map((one) => one.setting)).toEqual([
			"CLOUDFLARE_ACCOUNT_ID",
			"HISTORY_RETENTION_DAYS",
			"ALIASES",
			"GUARDS",
			"PROTECTED",
			"BUDGET_DELETIONS",
			"BUDGET_WINDOW_MINUTES",
			"APPROVAL_MINUTES",
			"TOKENS",
			"CLOUDFLARE_API_TOKEN",
		]);
		for (const { setting, problem, fix } of problems) {
			expect(problem).not.toBe("");
			const isSecret = setting === "TOKENS" || setting === "CLOUDFLARE_API_TOKEN";
			if (isSecret) expect(fix).toContain(`npx wrangler secret put ${setting}`);
			else expect(fix).toBe(`Fix ${setting} under [vars] in wrangler.toml, then run: npx wrangler deploy`);
		}
	});

	it("reports the problems of an empty environment", () => {
		const config = readConfig({});
		const settings = config.ok ? [] : config.failure.map((one) => one.setting);
		expect(settings).toEqual(["CLOUDFLARE_ACCOUNT_ID", "TOKENS", "CLOUDFLARE_API_TOKEN"]);
	});
});

describe("the settings", () => {
	it.each([
		["30", 30],
		["0", 0],
		[0, 0],
		[36_500, 36_500],
	])("accept a retention of %j", (HISTORY_RETENTION_DAYS, retentionDays) => {
		expect(readConfig({ ...good, HISTORY_RETENTION_DAYS })).toMatchObject({ ok: true, value: { retentionDays } });
	});

	it.each([["-1"], [-1], ["1.5"], [1.5], ["a month"], [""], [Number.NaN], [36_501], [null], [true], ["1e3"], [" 30"]])(
		"refuse a retention of %j",
		(HISTORY_RETENTION_DAYS) => {
			expect(problemsOf({ HISTORY_RETENTION_DAYS })).toMatchObject([{ setting: "HISTORY_RETENTION_DAYS" }]);
		},
	);

	it.each([[accountId.toUpperCase()], [accountId.slice(1)], ["258def64-c72d-ae45-f3e4-c8516e2111f2"], [".."], [7]])(
		"refuse the account %j",
		(CLOUDFLARE_ACCOUNT_ID) => {
			expect(problemsOf({ CLOUDFLARE_ACCOUNT_ID })).toMatchObject([{ setting: "CLOUDFLARE_ACCOUNT_ID" }]);
		},
	);

	it.each<[string, unknown]>([
		["a bare address", { edge: "203.0.113.7" }],
		["host bits", { edge: "203.0.113.7/24" }],
		["another alias", { edge: "shop" }],
		["an empty string", { edge: "" }],
		["a list", { edge: ["203.0.113.0/24"] }],
		["a v6 address with dots", { edge: "::ffff:203.0.113.0/120" }],
		["a name in upper case", { Edge: "203.0.113.0/24" }],
		["a name with a slash", { "edge/1": "203.0.113.0/24" }],
		["a name that looks like an id", { c01d0000000000000000000000000001: "203.0.113.0/24" }],
		["a string instead of a table", "edge=203.0.113.0/24"],
	])("refuse an alias of %s", (_, ALIASES) => {
		expect(problemsOf({ ALIASES }).map((one) => one.setting)).toContain("ALIASES");
	});
});

describe("the policy", () => {
	it.each(
		["BUDGET_DELETIONS", "BUDGET_WINDOW_MINUTES", "APPROVAL_MINUTES"].flatMap((setting) =>
			[0, -1, 1.5, "0", "", "many", null, true, 1441_000].map((value): [string, unknown] => [setting, value]),
		),
	)("refuses %s of %j", (setting, value) => {
		expect(problemsOf({ [setting]: value })).toMatchObject([{ setting }]);
	});

	it.each([
		["BUDGET_DELETIONS", 1, 1000],
		["BUDGET_WINDOW_MINUTES", 1, 1440],
		["APPROVAL_MINUTES", 1, 1440],
	])("accepts %s from %i to %i, as a number or a string", (setting, least, most) => {
		for (const value of [least, most, String(least), String(most)])
			expect(problemsOf({ [setting]: value })).toEqual([]);
		expect(told({ [setting]: most + 1 })).toEqual([`${setting}: must be at most ${most}`]);
		expect(told({ [setting]: least - 1 })).toEqual([`${setting}: must be at least ${least}`]);
	});

	it.each(levels)("accepts the level %s for every guard except those that always refuse", (level) => {
		const GUARDS = Object.fromEntries(
			guardNames.filter((guard) => !fixedGuards.includes(guard)).map((guard) => [guard, level]),
		);
		expect(readConfig({ ...good, GUARDS })).toMatchObject({
			ok: true,
			value: { policy: { levels: { ...GUARDS, frozen: "refuse", out_of_range: "refuse", changed: "refuse" } } },
		});
	});

	it.each<[string, unknown, string]>([
		["weaken the range check", { out_of_range: "pass" }, "GUARDS (out_of_range): unknown name"],
		["weaken the freeze", { frozen: "acknowledge" }, "GUARDS (frozen): unknown name"],
		["weaken the check for changes", { changed: "pass" }, "GUARDS (changed): unknown name"],
		[
			"set an unknown guard",
			{ lastbinding: "refuse" },
			"GUARDS (lastbinding): unknown name; did you mean last_binding?",
		],
		[
			"set an unknown level",
			{ last_binding: "deny" },
			"GUARDS (last_binding): must be one of pass, acknowledge, approve, refuse",
		],
		[
			"be a string",
			"last_binding=refuse",
			"GUARDS: must be a table of guards and levels; frozen, out_of_range, changed always refuse",
		],
	])("does not let GUARDS %s", (_, GUARDS, problem) => {
		expect(told({ GUARDS })).toEqual([problem]);
	});

	it.each<[unknown, string]>([
		["203.0.113.0/24", "PROTECTED: must be a list"],
		[{ edge: "203.0.113.0/24" }, "PROTECTED: must be a list"],
		[["::/0", "203.0.113.7"], "PROTECTED (1): must be a CIDR, or the id of a prefix or a binding"],
		[["203.0.113.7/24"], "PROTECTED (0): must be a CIDR, or the id of a prefix or a binding"],
		[["edge-cdn"], "PROTECTED (0): must be a CIDR, or the id of a prefix or a binding"],
		[[""], "PROTECTED (0): must be a CIDR, or the id of a prefix or a binding"],
		[[7], "PROTECTED (0): has the wrong form"],
	])("refuses to protect %j, because a misspelt entry would protect nothing", (PROTECTED, problem) => {
		expect(told({ PROTECTED })).toEqual([problem]);
	});
});

describe("configOf", () => {
	it("reads an environment once", () => {
		const env = { ...good };
		expect(configOf(env)).toBe(configOf(env));
		expect(configOf({ ...good })).not.toBe(configOf(env));
	});
});
