// What the platform gives, checked once, as the code uses it. Finds all problems, not the first; each says which command
// mends it. No value of a secret ever stands in a problem.

import * as v from "valibot";
import type { Credential } from "./adapters/cloudflare/send.ts";
import { type Scope, scopes } from "./deletion/actor.ts";
import { cidrsOf } from "./deletion/assess.ts";
import { parseCidr } from "./deletion/cidr.ts";
import { type CloudflareId, isCloudflareId } from "./deletion/cloudflare-id.ts";
import type { LedgerApi } from "./deletion/ledger-api.ts";
import { defaultPolicy, fixedGuards, type Policy } from "./deletion/policy.ts";
import { fail, ok, type Result } from "./deletion/result.ts";
import { guardNames, levels } from "./deletion/verdict.ts";

/** The Worker's bindings, as wrangler.toml declares them. Settings and secrets are read by `readConfig` alone. */
export interface Env {
	LEDGER: { getByName(name: string): LedgerApi };
	HISTORY: KVNamespace;
	FAILED_AUTHENTICATION: RateLimit;
	PROBES: RateLimit;
}

/** A caller as the secret `TOKENS` names it. */
export interface TokenHolder {
	name: string;
	/** SHA-256 of the token. */
	digest: Uint8Array;
	scopes: readonly Scope[];
	/** null is everywhere. */
	ranges: readonly string[] | null;
}

export interface Config {
	accountId: CloudflareId;
	credential: Credential;
	tokenHolders: readonly TokenHolder[];
	/** name → CIDR or binding id */
	aliases: ReadonlyMap<string, string>;
	/** 0 is for ever. */
	retentionDays: number;
	policy: Policy;
}

export interface ConfigProblem {
	setting: string;
	problem: string;
	fix: string;
}

const cidrText = v.pipe(
	v.string(),
	v.check((text) => parseCidr(text).ok, "must be a CIDR without host bits"),
);

/** A record takes a list for one, whose names are its positions. */
const table = (problem: string) =>
	v.custom<object>((value) => typeof value === "object" && value !== null && !Array.isArray(value), problem);

const accountId = v.pipe(
	v.string(),
	v.regex(/^[0-9a-f]{32}$/, "must be an account id: 32 hex digits"),
	v.guard(isCloudflareId),
);

/** A whole number, as TOML gives it, or as text, as `--var` does. */
const wholeNumber = (least: number, most: number) =>
	v.pipe(
		v.union([v.number(), v.pipe(v.string(), v.digits(), v.transform(Number))], "must be a number"),
		v.integer("must be a whole number"),
		v.minValue(least, `must be at least ${least}`),
		v.maxValue(most, `must be at most ${most}`),
	);

const guardLevels = v.strictObject(
	Object.fromEntries(
		guardNames
			.filter((guard) => !fixedGuards.includes(guard))
			.map((guard) => [guard, v.optional(v.picklist(levels, `must be among ${levels.join(", ")}`))]),
	),
	`must be a table of guards and levels; ${fixedGuards.join(", ")} always refuse`,
);

const protectedList = v.array(
	v.pipe(
		v.string(),
		v.check((text) => isCloudflareId(text) || parseCidr(text).ok, "must be a CIDR, or the id of a prefix or a binding"),
	),
	"must be a list",
);

const aliases = v.pipe(
	table("must be a table of names and targets"),
	v.record(
		v.pipe(
			v.string(),
			v.regex(/^[a-z0-9][a-z0-9_-]{0,62}$/, "an alias is made of a-z, 0-9, - and _"),
			v.check((name) => !isCloudflareId(name), "an alias must not look like an id"),
		),
		v.pipe(
			v.string(),
			v.check((text) => isCloudflareId(text) || parseCidr(text).ok, "an alias stands for a binding's CIDR or id"),
		),
		"must be a table of names and targets",
	),
);

const tokens = v.pipe(
	v.string("is missing"),
	v.parseJson(undefined, "must be JSON"),
	table("must be an object of names and tokens"),
	v.record(
		v.pipe(v.string(), v.regex(/^[\w.@+-]{1,64}$/, "a name is made of letters, digits and . @ + - _, at most 64")),
		v.strictObject({
			sha256: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/, "must be 64 hex digits, lower case")),
			scopes: v.pipe(
				v.array(v.picklist(scopes, `must be among ${scopes.join(", ")}`)),
				v.minLength(1, "must not be empty"),
			),
			ranges: v.optional(v.array(cidrText)),
		}),
		"must be an object of names and tokens",
	),
	v.check((holders) => Object.keys(holders).length > 0, "names nobody"),
	v.check(
		(holders) => new Set(Object.values(holders).map(({ sha256 }) => sha256)).size === Object.keys(holders).length,
		"two names have the same token, so nobody could tell who called",
	),
);

/** What can stand in a header, so that no exception ever quotes it. */
const secretText = v.pipe(v.string(), v.regex(/^[\x21-\x7e]{1,512}$/));

const configs = new WeakMap<object, Result<Config, ConfigProblem[]>>();

/** `readConfig`, once an environment. */
export function configOf(env: object): Result<Config, ConfigProblem[]> {
	let config = configs.get(env);
	if (config === undefined) {
		config = readConfig(env);
		configs.set(env, config);
	}
	return config;
}

const settings = v.object({
	CLOUDFLARE_ACCOUNT_ID: accountId,
	HISTORY_RETENTION_DAYS: v.optional(wholeNumber(0, 36_500), 0),
	ALIASES: v.optional(aliases, {}),
	GUARDS: v.optional(guardLevels, {}),
	PROTECTED: v.optional(protectedList, []),
	BUDGET_DELETIONS: v.optional(wholeNumber(1, 1000), defaultPolicy.budget.deletions),
	BUDGET_WINDOW_MINUTES: v.optional(wholeNumber(1, 1440), defaultPolicy.budget.windowMinutes),
	APPROVAL_MINUTES: v.optional(wholeNumber(1, 1440), defaultPolicy.approvalMinutes),
	TOKENS: tokens,
});

const fixOf = (setting: string): string =>
	setting === "TOKENS"
		? "Make one with: npm run token -- ci read delete; then run: npx wrangler secret put TOKENS"
		: `Mend ${setting} under [vars] in wrangler.toml, then run: npx wrangler deploy`;

export function readConfig(env: object): Result<Config, ConfigProblem[]> {
	const read = v.safeParse(settings, { ...env });
	const credential = readCredential(new Map(Object.entries(env)));
	const problems = (read.issues ?? []).map((issue): ConfigProblem => {
		const [setting = "", ...path] = (issue.path ?? []).map(({ key }) => String(key));
		// A token pasted in the place of its holder's name must not be quoted.
		const shown = setting === "TOKENS" ? path.slice(1) : path;
		const place = shown.length === 0 ? "" : ` (${shown.join(".")})`;
		return { setting, problem: `${setting}${place}: ${told(issue)}`, fix: fixOf(setting) };
	});
	if (!credential.ok) problems.push(credential.failure);
	if (!read.success || !credential.ok) return fail(problems);

	const { output } = read;
	return ok({
		accountId: output.CLOUDFLARE_ACCOUNT_ID,
		credential: credential.value,
		tokenHolders: Object.entries(output.TOKENS).map(([name, { sha256, scopes, ranges }]) => ({
			name,
			digest: bytesOf(sha256),
			scopes,
			ranges: ranges ?? null,
		})),
		aliases: new Map(Object.entries(output.ALIASES)),
		retentionDays: output.HISTORY_RETENTION_DAYS,
		policy: {
			levels: { ...defaultPolicy.levels, ...output.GUARDS },
			protected: {
				ranges: cidrsOf(output.PROTECTED.filter((text) => !isCloudflareId(text))) ?? [],
				ids: output.PROTECTED.filter(isCloudflareId),
			},
			budget: { deletions: output.BUDGET_DELETIONS, windowMinutes: output.BUDGET_WINDOW_MINUTES },
			approvalMinutes: output.APPROVAL_MINUTES,
		},
	});
}

/** Exactly one scheme: with two, nobody knows which one Cloudflare checks. */
function readCredential(settings: ReadonlyMap<string, unknown>): Result<Credential, ConfigProblem> {
	const names = ["CLOUDFLARE_API_TOKEN", "CLOUDFLARE_EMAIL", "CLOUDFLARE_API_KEY"] as const;
	const given = names.filter((name) => settings.get(name) !== undefined && settings.get(name) !== "");
	const [apiToken, email, apiKey] = names.map((name) => v.safeParse(secretText, settings.get(name)));
	const problem = (text: string, fix: string) => fail({ setting: "CLOUDFLARE_API_TOKEN", problem: text, fix });
	const put = "Run: npx wrangler secret put CLOUDFLARE_API_TOKEN";

	if (given.length === 0) return problem("No Cloudflare credential is set.", put);
	const isToken = given.includes("CLOUDFLARE_API_TOKEN");
	if (isToken && given.length > 1) {
		const extra = given.filter((name) => name !== "CLOUDFLARE_API_TOKEN");
		return problem(
			"Both an API token and an e-mail or key are set; it has to be one of them.",
			`Run: npx wrangler secret delete ${extra[0]}`,
		);
	}
	if (isToken) {
		return apiToken?.success
			? ok({ apiToken: apiToken.output })
			: problem("CLOUDFLARE_API_TOKEN has spaces or line breaks, or is no text.", put);
	}
	if (given.length === 1) {
		const missing = given[0] === "CLOUDFLARE_EMAIL" ? "CLOUDFLARE_API_KEY" : "CLOUDFLARE_EMAIL";
		return problem(`${given[0]} is set without ${missing}.`, `Run: npx wrangler secret put ${missing}`);
	}
	return email?.success && apiKey?.success
		? ok({ email: email.output, apiKey: apiKey.output })
		: problem(
				"CLOUDFLARE_EMAIL or CLOUDFLARE_API_KEY has spaces or line breaks, or is no text.",
				"Run: npx wrangler secret put CLOUDFLARE_API_KEY",
			);
}

/** valibot's own sentences quote the value; ours do not. */
function told(issue: v.BaseIssue<unknown>): string {
	if (issue.type === "strict_object" && issue.expected === "never") return "there is no such name here";
	if (!issue.message.startsWith("Invalid")) return issue.message;
	return issue.input === undefined ? "is missing" : "is not of the right form";
}

const bytesOf = (hex: string): Uint8Array =>
	Uint8Array.from(hex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));
