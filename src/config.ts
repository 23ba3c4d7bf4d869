// What the platform gives, checked once, as the code uses it. Finds all problems, not the first; each says which command
// mends it. No value of a secret ever stands in a problem.
import * as v from "valibot";
import type { Credential } from "./adapters/cloudflare/send.ts";
import { parseCidr } from "./deletion/cidr.ts";
import { type CloudflareId, isCloudflareId } from "./deletion/cloudflare-id.ts";
import { type Scope, scopes } from "./deletion/deletion.ts";
import type { LedgerApi } from "./deletion/ledger-api.ts";
import { fail, ok, type Result } from "./deletion/result.ts";

/** The Worker's bindings, as wrangler.toml declares them. Settings and secrets are read by `readConfig` alone. */
export interface Env {
	LEDGER: { getByName(name: string): LedgerApi };
	HISTORY: KVNamespace;
	FAILED_AUTHENTICATION: RateLimit;
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

const accountId = v.pipe(v.string(), v.regex(/^[0-9a-f]{32}$/, "must be an account id: 32 hex digits"));

const retentionDays = v.pipe(
	v.union([v.number(), v.pipe(v.string(), v.digits(), v.transform(Number))], "must be a number of days"),
	v.integer("must be a whole number of days"),
	v.minValue(0, "must not be negative"),
	v.maxValue(36_500, "must be at most 36500 days"),
);

const aliases = v.record(
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
);

const tokens = v.pipe(
	v.string("is missing"),
	v.parseJson(undefined, "must be JSON"),
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

export function readConfig(env: object): Result<Config, ConfigProblem[]> {
	const settings = new Map<string, unknown>(Object.entries(env));
	const problems: ConfigProblem[] = [];

	function read<Schema extends v.GenericSchema>(
		setting: string,
		schema: Schema,
		fix: string,
	): v.InferOutput<Schema> | null {
		const result = v.safeParse(schema, settings.get(setting));
		if (result.success) return result.output;
		for (const issue of result.issues) {
			const path = v.getDotPath(issue);
			problems.push({ setting, problem: `${setting}${path === null ? "" : ` (${path})`}: ${told(issue)}`, fix });
		}
		return null;
	}

	const id = read(
		"CLOUDFLARE_ACCOUNT_ID",
		accountId,
		"Set it under [vars] in wrangler.toml, then run: npx wrangler deploy",
	);
	const days = read(
		"HISTORY_RETENTION_DAYS",
		v.optional(retentionDays, 0),
		"Set it under [vars] in wrangler.toml, then run: npx wrangler deploy",
	);
	const names = read(
		"ALIASES",
		v.optional(aliases, {}),
		"Mend [vars.ALIASES] in wrangler.toml, then run: npx wrangler deploy",
	);
	const holders = read(
		"TOKENS",
		tokens,
		"Make one with: npm run token -- ci read delete; then run: npx wrangler secret put TOKENS",
	);
	const digests = Object.values(holders ?? {}).map((holder) => holder.sha256);
	if (new Set(digests).size < digests.length) {
		problems.push({
			setting: "TOKENS",
			problem: "TOKENS: two names have the same token, so nobody could tell who called",
			fix: "Make each name its own with: npm run token; then run: npx wrangler secret put TOKENS",
		});
	}
	const credential = readCredential(settings);
	if (!credential.ok) problems.push(credential.failure);

	if (
		problems.length > 0 ||
		id === null ||
		!isCloudflareId(id) ||
		days === null ||
		names === null ||
		holders === null ||
		!credential.ok
	) {
		return fail(problems);
	}
	return ok({
		accountId: id,
		credential: credential.value,
		tokenHolders: Object.entries(holders).map(([name, holder]) => ({
			name,
			digest: bytesOf(holder.sha256),
			scopes: holder.scopes,
			ranges: holder.ranges ?? null,
		})),
		aliases: new Map(Object.entries(names)),
		retentionDays: days,
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
const told = (issue: v.BaseIssue<unknown>): string =>
	issue.message.startsWith("Invalid")
		? issue.input === undefined
			? "is missing"
			: "is not of the right form"
		: issue.message;

const bytesOf = (hex: string): Uint8Array =>
	Uint8Array.from(hex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));
