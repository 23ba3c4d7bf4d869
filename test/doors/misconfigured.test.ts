// A configuration that unbind cannot work with: 503 with the command that fixes it, at every door if nothing works without
// the setting, and where it is needed if something does.
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import worker from "../../src/index.ts";
import { cloudflare, origin } from "../harness.ts";
import { bindingsPath, cdn25, prefixes, resetAll } from "./account.ts";
import { callConfigured, fetchWorker, sha256 } from "./configured.ts";
import { expectProblem } from "./expect-problem.ts";

afterEach(resetAll);
afterEach(() => vi.restoreAllMocks());

const fixing = (setting: string) => `Fix ${setting} under [vars] in wrangler.toml, then run: npx wrangler deploy`;
const newToken = "Make one with: npm run token -- ci read delete; then run: npx wrangler secret put TOKENS";
const putToken = "Run: npx wrangler secret put CLOUDFLARE_API_TOKEN";
const secret = "s3cret-that-must-not-be-told";
const holder = { sha256: sha256("t"), scopes: ["read"] };
const tokens = (holders: unknown) => ({ TOKENS: JSON.stringify(holders) });
const names = "a name has at most 64 letters, digits and . @ + - _";
const none = { CLOUDFLARE_API_TOKEN: undefined, CLOUDFLARE_EMAIL: undefined, CLOUDFLARE_API_KEY: undefined };

type Case = [what: string, settings: Record<string, unknown>, setting: string, problem: string, fix: string];
const cases: Case[] = [
	[
		"no account",
		{ CLOUDFLARE_ACCOUNT_ID: "" },
		"CLOUDFLARE_ACCOUNT_ID",
		"CLOUDFLARE_ACCOUNT_ID: must be an account id: 32 hex digits",
		fixing("CLOUDFLARE_ACCOUNT_ID"),
	],
	[
		"no account setting",
		{ CLOUDFLARE_ACCOUNT_ID: undefined },
		"CLOUDFLARE_ACCOUNT_ID",
		"CLOUDFLARE_ACCOUNT_ID: is missing",
		fixing("CLOUDFLARE_ACCOUNT_ID"),
	],
	[
		"an account that could change the path",
		{ CLOUDFLARE_ACCOUNT_ID: "../zones" },
		"CLOUDFLARE_ACCOUNT_ID",
		"CLOUDFLARE_ACCOUNT_ID: must be an account id: 32 hex digits",
		fixing("CLOUDFLARE_ACCOUNT_ID"),
	],
	[
		"a retention in words",
		{ HISTORY_RETENTION_DAYS: "soon" },
		"HISTORY_RETENTION_DAYS",
		"HISTORY_RETENTION_DAYS: must be a number",
		fixing("HISTORY_RETENTION_DAYS"),
	],
	[
		"a negative retention",
		{ HISTORY_RETENTION_DAYS: -1 },
		"HISTORY_RETENTION_DAYS",
		"HISTORY_RETENTION_DAYS: must be at least 0",
		fixing("HISTORY_RETENTION_DAYS"),
	],
	[
		"a retention of parts of days",
		{ HISTORY_RETENTION_DAYS: 0.5 },
		"HISTORY_RETENTION_DAYS",
		"HISTORY_RETENTION_DAYS: must be a whole number",
		fixing("HISTORY_RETENTION_DAYS"),
	],
	[
		"aliases that are no table",
		{ ALIASES: "edge" },
		"ALIASES",
		"ALIASES: must be a table of names and targets",
		fixing("ALIASES"),
	],
	[
		"an alias that stands for nothing exact",
		{ ALIASES: { edge: "203.0.113.129/25" } },
		"ALIASES",
		"ALIASES: must be a binding's CIDR or id",
		fixing("ALIASES"),
	],
	[
		"an alias that looks like an id",
		{ ALIASES: { [cdn25]: "203.0.113.128/25" } },
		"ALIASES",
		`ALIASES: an alias must not look like an id`,
		fixing("ALIASES"),
	],
	["no tokens", { TOKENS: undefined }, "TOKENS", "TOKENS: is missing", newToken],
	["tokens that are no JSON", { TOKENS: secret }, "TOKENS", "TOKENS: must be JSON", newToken],
	["tokens that are a list", tokens([holder]), "TOKENS", "TOKENS: must be an object of names and tokens", newToken],
	[
		"a token without scopes",
		tokens({ ci: { ...holder, scopes: [] } }),
		"TOKENS",
		"TOKENS: must not be empty",
		newToken,
	],
	[
		"a scope that there is not",
		tokens({ ci: { ...holder, scopes: ["admin"] } }),
		"TOKENS",
		"TOKENS: must be one of read, delete, approve, restore, freeze",
		newToken,
	],
	[
		"a token in clear",
		tokens({ ci: { ...holder, sha256: secret } }),
		"TOKENS",
		"TOKENS: must be 64 hex digits, lower case",
		newToken,
	],
	[
		"a range with host bits",
		tokens({ ci: { ...holder, ranges: ["203.0.113.1/24"] } }),
		"TOKENS",
		"TOKENS: must be a CIDR without host bits",
		newToken,
	],
	["a name with a line break", tokens({ "a\nb": holder }), "TOKENS", `TOKENS: ${names}`, newToken],
	[
		"two names with one token",
		tokens({ ci: holder, cd: holder }),
		"TOKENS",
		"TOKENS: two names have the same token, so unbind can't tell who is calling",
		newToken,
	],
	["tokens of nobody", tokens({}), "TOKENS", "TOKENS: must name at least one caller", newToken],
	[
		"a guard that is misspelt",
		{ GUARDS: { leaves_no_servise: "refuse" } },
		"GUARDS",
		"GUARDS: unknown name; did you mean leaves_no_service?",
		fixing("GUARDS"),
	],
	[
		"a level that there is not",
		{ GUARDS: { last_binding: "warn" } },
		"GUARDS",
		"GUARDS: must be one of pass, acknowledge, approve, refuse",
		fixing("GUARDS"),
	],
	[
		"a level for a guard that always refuses",
		{ GUARDS: { frozen: "pass" } },
		"GUARDS",
		"GUARDS: unknown name",
		fixing("GUARDS"),
	],
	[
		"a protected range with host bits",
		{ PROTECTED: ["203.0.113.1/24"] },
		"PROTECTED",
		"PROTECTED: must be a CIDR, or the id of a prefix or a binding",
		fixing("PROTECTED"),
	],
	[
		"a budget of nothing",
		{ BUDGET_DELETIONS: 0 },
		"BUDGET_DELETIONS",
		"BUDGET_DELETIONS: must be at least 1",
		fixing("BUDGET_DELETIONS"),
	],
	["no credential", none, "CLOUDFLARE_API_TOKEN", "No Cloudflare credential is set.", putToken],
	[
		"two credentials",
		{ CLOUDFLARE_EMAIL: "a@example.com", CLOUDFLARE_API_KEY: secret },
		"CLOUDFLARE_API_TOKEN",
		"Both an API token and an e-mail or key are set. Keep one of the two.",
		"Run: npx wrangler secret delete CLOUDFLARE_EMAIL; then: npx wrangler secret delete CLOUDFLARE_API_KEY",
	],
	[
		"an e-mail without a key",
		{ ...none, CLOUDFLARE_EMAIL: "a@example.com" },
		"CLOUDFLARE_API_TOKEN",
		"CLOUDFLARE_EMAIL is set without CLOUDFLARE_API_KEY.",
		"Run: npx wrangler secret put CLOUDFLARE_API_KEY",
	],
	[
		"a key without an e-mail",
		{ ...none, CLOUDFLARE_API_KEY: secret },
		"CLOUDFLARE_API_TOKEN",
		"CLOUDFLARE_API_KEY is set without CLOUDFLARE_EMAIL.",
		"Run: npx wrangler secret put CLOUDFLARE_EMAIL",
	],
	[
		"a token with a line break",
		{ CLOUDFLARE_API_TOKEN: `${secret}\n` },
		"CLOUDFLARE_API_TOKEN",
		"CLOUDFLARE_API_TOKEN: must be ASCII text without spaces or line breaks.",
		putToken,
	],
];

const essential = ["CLOUDFLARE_ACCOUNT_ID", "CLOUDFLARE_API_TOKEN", "TOKENS"];
const closesAll = cases.filter(([, , setting]) => essential.includes(setting));
const closesDeletions = cases.filter(([, , setting]) => !essential.includes(setting));
const sandbox = { authorization: "Bearer unbind_sandbox" };
const sentences = (problem: string, fix: string) => `${problem.replace(/[^.?]$/, "$&.")} ${fix}.`;

describe.each(closesAll)("%s", (_, settings, setting, problem, fix) => {
	const detail = sentences(problem, fix);

	it("is a problem that names the setting and the command", async () => {
		const paths = [
			["GET", "/bindings"],
			["DELETE", "/bindings/203.0.113.128/25"],
			["GET", "/nowhere"],
		] as const;
		for (const [method, path] of paths) {
			expectProblem(await callConfigured(settings, path, { method }), {
				status: 503,
				code: "misconfigured",
				title: "unbind is misconfigured",
				detail,
				problems: [{ setting, problem, fix }],
			});
		}
		expect(await cloudflare.calls()).toEqual([]);
	});

	it("is reported in Cloudflare's envelope at the Cloudflare-compatible door", async () => {
		const answer = await callConfigured(settings, bindingsPath(prefixes.amsterdam, cdn25), { method: "DELETE" });
		expect(answer.status).toBe(503);
		expect(answer.json).toEqual({
			success: false,
			errors: [{ code: 90503, message: `misconfigured: ${detail} (request ${answer.headers.get("x-request-id")})` }],
			messages: [],
			result: null,
		});
	});

	it("turns /health red, which names the setting and says no more", async () => {
		const { status, json } = await callConfigured(settings, "/health");
		expect([status, json]).toEqual([503, { ok: false, misconfigured: [setting] }]);
	});

	it("is reported without the value of a secret", async () => {
		for (const path of ["/bindings", bindingsPath(prefixes.shop), "/health"])
			expect((await callConfigured(settings, path)).text).not.toContain(secret);
	});
});

describe.each(closesDeletions)("%s", (_, settings, setting, problem, fix) => {
	const detail = sentences(problem, fix);
	const told = {
		status: 503,
		code: "misconfigured",
		title: "unbind is misconfigured",
		detail,
		problems: [{ setting, problem, fix }],
	};
	const ask = (method: string, path: string, more: { headers?: Record<string, string>; body?: string } = {}) =>
		callConfigured(settings, path, { ...more, method, headers: { ...sandbox, ...more.headers } });

	it("closes deletions and plans", async () => {
		expectProblem(await ask("DELETE", "/bindings/203.0.113.128/25"), told);
		expectProblem(await ask("GET", "/bindings/203.0.113.128/25"), told);
		for (const dry_run of [false, true]) {
			const body = JSON.stringify({ target: "edge-cdn", dry_run });
			expectProblem(await ask("POST", "/deletions", { headers: { "content-type": "application/json" }, body }), told);
		}
		const { status, json } = await ask("DELETE", bindingsPath(prefixes.amsterdam, cdn25));
		expect([status, json.errors[0].code, json.errors[0].message]).toEqual([
			503,
			90503,
			expect.stringContaining(`misconfigured: ${detail}`),
		]);
		expect(await cloudflare.calls()).toEqual([]);
	});

	it("closes nothing else", async () => {
		for (const path of ["/bindings", "/deletions", "/freeze", "/status", bindingsPath(prefixes.shop)])
			expect([path, (await ask("GET", path)).status]).toEqual([path, 200]);
		expect((await callConfigured(settings, "/deletions")).status).toBe(401);
	});

	it("turns /health red, and /status with it", async () => {
		const health = await callConfigured(settings, "/health");
		expect([health.status, health.json]).toEqual([503, { ok: false, misconfigured: [setting] }]);
		expect((await ask("GET", "/status")).json).toMatchObject({
			ok: false,
			problems: [{ code: "misconfigured", detail: `Deletions are closed until you fix ${setting}.` }],
			configuration: [{ setting, problem, fix, closes: ["deletions"] }],
		});
	});
});

it("reports all problems at once", async () => {
	const settings = { CLOUDFLARE_ACCOUNT_ID: "", HISTORY_RETENTION_DAYS: "soon", ALIASES: 5, TOKENS: "{", ...none };
	const { json } = await callConfigured(settings, "/bindings");
	expect(json.problems.map(({ setting }: { setting: string }) => setting)).toEqual([
		"CLOUDFLARE_ACCOUNT_ID",
		"HISTORY_RETENTION_DAYS",
		"ALIASES",
		"TOKENS",
		"CLOUDFLARE_API_TOKEN",
	]);
});

it("several problems are a line each", async () => {
	const { json } = await callConfigured({ CLOUDFLARE_ACCOUNT_ID: "", BUDGET_DELETION: 5 }, "/bindings");
	expect(json.detail).toBe(
		`CLOUDFLARE_ACCOUNT_ID: must be an account id: 32 hex digits. ${fixing("CLOUDFLARE_ACCOUNT_ID")}.
BUDGET_DELETION: unknown setting; did you mean BUDGET_DELETIONS? Rename BUDGET_DELETION to BUDGET_DELETIONS in wrangler.toml, then run: npx wrangler deploy.`,
	);
});

describe("what was pasted in the wrong place", () => {
	const pasted = "HUNTER2HUNTER2HUNTER2";
	const sender = { scheme: "github", secret: "A_SECRET", target: "/target" };
	const slack = { workspace: "T0SANDBOX", channels: ["C0NETWORK"], secret: "SLACK_SIGNING_SECRET" };
	const e = { sha256: "5e".repeat(32), scopes: ["read"] };
	it.each<[string, Record<string, unknown>]>([
		["a secret as a secret's name", { WEBHOOKS: { one: { ...sender, secret: pasted } } }],
		["a secret as a sender's name", { WEBHOOKS: { [pasted]: sender } }],
		["a secret as a sender's setting", { WEBHOOKS: { one: { ...sender, [pasted]: 1 } } }],
		["a secret as a sender's value", { WEBHOOKS: { one: { ...sender, scheme: pasted } } }],
		["a secret as a condition", { WEBHOOKS: { one: { ...sender, when: { [pasted]: 1 } } } }],
		["a secret as an alias", { ALIASES: { [pasted]: "203.0.113.0/24" } }],
		["a secret as a target", { ALIASES: { edge: pasted } }],
		["a secret as a guard", { GUARDS: { [pasted]: "pass" } }],
		["a secret as a setting", { [pasted]: 1 }],
		["a secret as a token's setting", tokens({ ci: { ...e, [pasted]: 1 } })],
		["a secret as a caller's name", tokens({ [`${pasted} `]: e })],
		["a secret as a chat's user", { CHAT: { slack: { ...slack, users: { [pasted]: {} } } } }],
	])("is in no answer and in no log: %s", async (_, settings) => {
		const { answers, logged } = await everywhere(settings);
		// Any other answer there says only what the caller has written into the path.
		const itself = await callConfigured(settings, `/webhooks/${pasted}`, { method: "POST" });
		if (itself.status === 503) answers.push(itself);
		expect(answers.some(({ status }) => status === 503)).toBe(true);
		const status = await callConfigured(settings, "/status", { headers: sandbox });
		expect(`${answers.map(({ text }) => text)}${logged}${status.text}`).not.toContain("HUNTER2");
		expect(logged).toContain("misconfigured");
	});

	it.each<[string, Record<string, unknown>, string]>([
		["an alias", { ALIASES: { "edge-cdn": "203.0.113.7" } }, "edge-cdn"],
		["an e-mail", { ACCESS: { users: { "alice@example.com": { scopes: [] } } } }, "alice@example.com"],
		["a sender", { WEBHOOKS: { inventory: { ...sender, target: 7 } } }, "inventory"],
		["a secret's name", { WEBHOOKS: { inventory: sender }, A_SECRET: "" }, "A_SECRET"],
		["a caller", tokens({ Alice: e, alice: { ...e, sha256: "5f".repeat(32) } }), "alice"],
	])("appears in the log only: %s", async (_, settings, name) => {
		const { answers, logged } = await everywhere(settings);
		expect(answers.some(({ status }) => status === 503)).toBe(true);
		for (const { text } of answers) expect(text).not.toContain(name);
		if (name !== "alice") expect(logged).toContain(name);
	});

	/** All that a stranger and a caller are answered, and all that is logged. */
	async function everywhere(settings: Record<string, unknown>) {
		const logged: string[] = [];
		for (const method of ["error", "warn"] as const)
			vi.spyOn(console, method).mockImplementation((line) => void logged.push(String(line)));
		const html = { accept: "text/html" };
		const answers: { status: number; text: string }[] = await Promise.all([
			callConfigured(settings, "/bindings"),
			callConfigured(settings, "/deletions", { method: "POST", body: "{}" }),
			callConfigured(settings, "/bindings/203.0.113.128/25", { method: "DELETE", headers: sandbox }),
			callConfigured(settings, bindingsPath(prefixes.amsterdam, cdn25), { method: "DELETE", headers: sandbox }),
			callConfigured(settings, "/health"),
			...["inventory", "one"].map((name) => callConfigured(settings, `/webhooks/${name}`, { method: "POST" })),
			callConfigured(settings, "/chat/slack", { method: "POST" }),
			readWorker(settings, "/", html),
			readWorker(settings, "/account", html),
		]);
		return { answers, logged: logged.join("\n") };
	}
});

async function readWorker(settings: Record<string, unknown>, path: string, headers: Record<string, string>) {
	const request = new Request<unknown, IncomingRequestCfProperties>(`${origin}${path}`, { headers });
	const response = await fetchWorker(request, settings);
	return { status: response.status, text: await response.text() };
}

it("a warning is logged once, and shuts no door", async () => {
	const logged: string[] = [];
	vi.spyOn(console, "warn").mockImplementation((line) => void logged.push(String(line)));
	const settings = { ...env, KEEP_OUT: "of here" };
	for (let round = 0; round < 3; round++) {
		const request = new Request<unknown, IncomingRequestCfProperties>("https://unbind.example.com/health");
		expect((await worker.fetch(request, settings as never)).status).toBe(200);
	}
	expect(logged.filter((line) => line.includes("KEEP_OUT"))).toEqual([
		JSON.stringify({
			level: "warn",
			event: "configuration_warning",
			problem: "KEEP_OUT: unbind does not use this setting",
			fix: "Remove it from [vars] in wrangler.toml, or run: npx wrangler secret delete KEEP_OUT",
		}),
	]);
});

it.each<[string, Record<string, unknown>]>([
	["e-mail and key instead of a token", { ...none, CLOUDFLARE_EMAIL: "a@example.com", CLOUDFLARE_API_KEY: "k" }],
	["an empty e-mail beside a token", { CLOUDFLARE_EMAIL: "" }],
	["a retention as text", { HISTORY_RETENTION_DAYS: "30" }],
	["no aliases", { ALIASES: undefined }],
	["settings of others", { SOMETHING_ELSE: "1" }],
])("is no problem: %s", async (_, settings) => {
	expect((await callConfigured(settings, "/health")).json).toEqual({ ok: true });
});
