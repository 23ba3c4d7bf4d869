// Unknown settings are reported, because a misspelt one would protect nothing and no one would notice.
import { describe, expect, it } from "vitest";
import { readConfig } from "../../src/config.ts";
import { good, problemsOf, told } from "./a-config.ts";

const warningsOf = (change: object): string[] => {
	const config = readConfig({ ...good, ...change });
	return config.ok ? config.value.warnings.map(({ problem }) => problem) : ["refused"];
};

describe("an unknown setting", () => {
	it.each<[string, unknown, string]>([
		["BUDGET_DELETION", 5, "BUDGET_DELETIONS"],
		["BUDGET_DELETION", "5", "BUDGET_DELETIONS"],
		["ALIAS", { edge: "203.0.113.128/25" }, "ALIASES"],
		["PROTECTD", ["203.0.113.0/24"], "PROTECTED"],
		["protected", ["203.0.113.0/24"], "PROTECTED"],
		["GUARD", {}, "GUARDS"],
		["WEBHOOK", {}, "WEBHOOKS"],
		["CHATS", {}, "CHAT"],
		["TOKEN", "a secret of some length", "TOKENS"],
		["CLOUDFLARE_API_TOKENS", "a secret of some length", "CLOUDFLARE_API_TOKEN"],
		["HISTORY_RETENTION_DAY", 30, "HISTORY_RETENTION_DAYS"],
		["APROVAL_MINUTES", true, "APPROVAL_MINUTES"],
	])("is refused with a suggestion if it is close to a known one: %s", (name, value, nearest) => {
		expect(problemsOf({ [name]: value })).toMatchObject([
			{ setting: name, problem: `${name}: unknown setting; did you mean ${nearest}?` },
		]);
	});

	it.each<[string, unknown]>([
		["a number", 7],
		["a boolean", true],
		["null", null],
		["a list", ["203.0.113.0/24"]],
		["a table", { a: 1 }],
	])("is refused if it is %s, which can only come from wrangler.toml", (_, value) => {
		expect(problemsOf({ KEEP_OUT: value })).toMatchObject([
			{
				setting: "KEEP_OUT",
				problem: "KEEP_OUT: unknown setting",
				fix: "Remove KEEP_OUT from [vars] in wrangler.toml, then run: npx wrangler deploy",
			},
		]);
	});

	it("is a warning if it is a string, which may be a secret for something else", () => {
		expect(warningsOf({ KEEP_OUT: "203.0.113.0/24" })).toEqual(["KEEP_OUT: unbind does not use this setting"]);
	});

	it("is not reported if a sender or a chat names it, it is a binding, or unbind's scripts use it", () => {
		const sender = { scheme: "github", secret: "TOKENZ", target: "/target", ranges: [] };
		const more = { WEBHOOKS: { sender }, TOKENZ: "a-secret-of-24-characters", DISCORD_BOT_TOKEN: "bot" };
		expect(warningsOf({ ...more, HISTORY: {}, LEDGER: {}, ASSETS: new (class Fetcher {})() })).toEqual([]);
		expect(told({ WEBHOOKS: { sender: { ...sender, target: 7 } }, TOKENZ: "x" })).toEqual([
			expect.stringMatching(/^WEBHOOKS/),
		]);
	});
});

describe("a name inside a setting", () => {
	const sender = { scheme: "github", secret: "A_SECRET", target: "/target" };
	const A_SECRET = "a-secret-of-24-characters";
	it.each<[string, object, string]>([
		[
			"a guard",
			{ GUARDS: { last_bindin: "refuse" } },
			"GUARDS (last_bindin): unknown name; did you mean last_binding?",
		],
		[
			"a sender's setting",
			{ WEBHOOKS: { one: { ...sender, range: [] } }, A_SECRET },
			"WEBHOOKS (one.range): unknown name; did you mean ranges?",
		],
		["a platform", { CHAT: { slak: {} } }, "CHAT (slak): unknown name; did you mean slack?"],
		[
			"a token's range",
			{ TOKENS: JSON.stringify({ ci: { sha256: "5e".repeat(32), scopes: ["read"], range: [] } }) },
			"TOKENS (range): unknown name; did you mean ranges?",
		],
		["nothing close", { GUARDS: { weekend: "refuse" } }, "GUARDS (weekend): unknown name"],
	])("is refused, with a suggestion if one is close: %s", (_, change, problem) => {
		expect(told(change)).toContain(problem);
	});
});

describe("a signature template", () => {
	const hmac = { scheme: "hmac", secret: "A_SECRET", target: "/target", header: "X-Signature" };
	const signedAs = (signed: string) =>
		told({
			WEBHOOKS: {
				one: {
					...hmac,
					signed,
					...(signed.includes("{timestamp}") ? { timestamp_header: "X-At" } : {}),
					...(signed.includes("{id}") ? { id_header: "X-Id" } : {}),
				},
			},
			A_SECRET: "a-secret-of-24-characters",
		});

	it.each(["{id}{timestamp}{body}", "{timestamp}{body}", "{id}0{timestamp}.{body}", "{body}x{timestamp}"])(
		"needs a delimiter between its parts, so that no two messages are signed alike: %s",
		(signed) => {
			expect(signedAs(signed)).toEqual([
				"WEBHOOKS (one): signed needs a delimiter between its parts, as in {id}.{timestamp}.{body}",
			]);
		},
	);

	it.each(["{body}", "v0:{timestamp}:{body}", "{id}.{timestamp}.{body}", "{timestamp}\n{body}", "id={id}&{body}x"])(
		"may be %j",
		(signed) => expect(signedAs(signed)).toEqual([]),
	);
});
