// Reads and checks the configuration, once. It finds all problems, not just the first, and each says which command fixes it.
// A problem never contains the value of a secret.

import * as v from "valibot";
import type { Credential } from "./adapters/cloudflare/send.ts";
import { type Access, access, accessOf } from "./config/access.ts";
import { type Chat, type Chats, readChats } from "./config/chat.ts";
import { credentialNames, readCredential } from "./config/credential.ts";
import { table, trueOrFalse, wholeNumber } from "./config/fields.ts";
import { clashingNames, type Named } from "./config/names.ts";
import { type NotifySettings, publicUrl, readDestinations } from "./config/notify.ts";
import type { Part } from "./config/part.ts";
import { type ConfigProblem, closing, problemsBySchema } from "./config/problem.ts";
import { sharedSecrets } from "./config/secrets.ts";
import type { Sender } from "./config/sender.ts";
import { type TokenHolder, tokenHoldersOf, tokens } from "./config/tokens.ts";
import { unknownSettings } from "./config/unknown.ts";
import { readSenders } from "./config/webhooks.ts";
import { cidrsOf, parseCidr } from "./deletion/address/cidr.ts";
import { type CloudflareId, isCloudflareId } from "./deletion/address/cloudflare-id.ts";
import { defaultPolicy, fixedGuards, type Policy } from "./deletion/judgement/policy.ts";
import type { LedgerApi } from "./deletion/ledger-api.ts";
import { digestOf } from "./deletion/record/digest.ts";
import { guardNames, levels } from "./deletion/record/verdict.ts";
import { fail, ok, type Result } from "./deletion/result.ts";

/** The Worker's bindings, as wrangler.toml declares them. Only `readConfig` reads settings and secrets. */
export interface Env {
	LEDGER: { getByName(name: string): LedgerApi };
	HISTORY: KVNamespace;
	FAILED_AUTHENTICATION: RateLimit;
	PROBES: RateLimit;
}

export interface Config {
	accountId: CloudflareId;
	credential: Credential;
	tokenHolders: readonly TokenHolder[];
	senders: readonly Sender[];
	chats: readonly Chat[];
	/** Cloudflare Access in front of the page; null if there is none, or if the page is closed. */
	access: Access | null;
	/** name → CIDR or binding id */
	aliases: ReadonlyMap<string, string>;
	/** 0 means for ever. */
	retentionDays: number;
	watch: WatchSettings;
	notify: NotifySettings;
	policy: Policy;
	/** Settings that work but should be changed. */
	warnings: readonly ConfigProblem[];
	/** Faulty settings, which close the parts that need them. */
	problems: readonly ConfigProblem[];
	/** The problems that close this part; empty while it is open. */
	closing(part: Part): ConfigProblem[];
}

export interface WatchSettings {
	/** How often each prefix is looked at; 0 turns the watch off. */
	minutes: number;
	/** So many bindings that disappear within one interval are a mass deletion. */
	massAtLeast: number;
	/** Whether a mass deletion freezes deletions. */
	freezes: boolean;
}

const accountId = v.pipe(
	v.string(),
	v.regex(/^[0-9a-f]{32}$/, "must be an account id: 32 hex digits"),
	v.guard(isCloudflareId),
);

const guardLevels = v.strictObject(
	Object.fromEntries(
		guardNames
			.filter((guard) => !fixedGuards.includes(guard))
			.map((guard) => [guard, v.optional(v.picklist(levels, `must be one of ${levels.join(", ")}`))]),
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
			v.regex(/^[a-z0-9][a-z0-9_-]{0,62}$/, "an alias may only contain a-z, 0-9, - and _"),
			v.check((name) => !isCloudflareId(name), "an alias must not look like an id"),
		),
		v.pipe(
			v.string(),
			v.check((text) => isCloudflareId(text) || parseCidr(text).ok, "must be a binding's CIDR or id"),
		),
		"must be a table of names and targets",
	),
);

const configs = new WeakMap<object, Result<Config, ConfigProblem[]>>();

/** `readConfig`, once per environment. */
export function configOf(env: object): Result<Config, ConfigProblem[]> {
	let config = configs.get(env);
	if (config === undefined) {
		config = readConfig(env);
		configs.set(env, config);
	}
	return config;
}

/** Each setting is read separately. WEBHOOKS, CHAT and NOTIFY are not listed: each of their tables is read separately. */
const settings = {
	CLOUDFLARE_ACCOUNT_ID: accountId,
	HISTORY_RETENTION_DAYS: v.optional(wholeNumber(0, 36_500), 0),
	ALIASES: v.optional(aliases, {}),
	GUARDS: v.optional(guardLevels, {}),
	PROTECTED: v.optional(protectedList, []),
	BUDGET_DELETIONS: v.optional(wholeNumber(1, 1000), defaultPolicy.budget.deletions),
	BUDGET_WINDOW_MINUTES: v.optional(wholeNumber(1, 1440), defaultPolicy.budget.windowMinutes),
	APPROVAL_MINUTES: v.optional(wholeNumber(1, 1440), defaultPolicy.approvalMinutes),
	WATCH_MINUTES: v.optional(wholeNumber(0, 1440), 10),
	WATCH_MASS: v.optional(wholeNumber(2, 10_000), 10),
	WATCH_FREEZE: v.optional(trueOrFalse, true),
	TOKENS: tokens,
	ACCESS: v.optional(access),
	PUBLIC_URL: v.optional(publicUrl),
};

/** The names inside each setting, to suggest the right one for a misspelt one. */
const namesIn: Readonly<Record<string, readonly string[]>> = {
	TOKENS: ["sha256", "scopes", "ranges"],
	GUARDS: Object.keys(guardLevels.entries),
	ACCESS: ["team", "audience", "users", "scopes", "ranges"],
};

/** Fails only if the account, the credential or the tokens are faulty. Any other fault closes just what needs the setting. */
export function readConfig(env: object): Result<Config, ConfigProblem[]> {
	const values = new Map<string, unknown>(Object.entries(env));
	const problems: ConfigProblem[] = [];
	/** undefined if the setting is faulty. The part that needs it is closed, so its default has no effect. */
	function read<Schema extends v.GenericSchema>(setting: string, schema: Schema): v.InferOutput<Schema> | undefined {
		const one = v.safeParse(schema, values.get(setting));
		if (one.success) return one.output;
		problems.push(...problemsBySchema(setting, one.issues, namesIn[setting] ?? []));
		return undefined;
	}

	const given = (table: string) => (values.get(table) === undefined ? {} : values.get(table));

	const account = read("CLOUDFLARE_ACCOUNT_ID", settings.CLOUDFLARE_ACCOUNT_ID);
	const retentionDays = read("HISTORY_RETENTION_DAYS", settings.HISTORY_RETENTION_DAYS) ?? 0;
	const targets = read("ALIASES", settings.ALIASES) ?? {};
	const policy: Policy = {
		levels: { ...defaultPolicy.levels, ...read("GUARDS", settings.GUARDS) },
		protected: protectedBy(read("PROTECTED", settings.PROTECTED) ?? []),
		budget: {
			deletions: read("BUDGET_DELETIONS", settings.BUDGET_DELETIONS) ?? defaultPolicy.budget.deletions,
			windowMinutes:
				read("BUDGET_WINDOW_MINUTES", settings.BUDGET_WINDOW_MINUTES) ?? defaultPolicy.budget.windowMinutes,
		},
		approvalMinutes: read("APPROVAL_MINUTES", settings.APPROVAL_MINUTES) ?? defaultPolicy.approvalMinutes,
	};
	const minutes = read("WATCH_MINUTES", settings.WATCH_MINUTES);
	const massAtLeast = read("WATCH_MASS", settings.WATCH_MASS);
	const freezes = read("WATCH_FREEZE", settings.WATCH_FREEZE);
	/** Off while one of its settings is faulty. */
	const watch: WatchSettings =
		minutes === undefined || massAtLeast === undefined || freezes === undefined
			? { minutes: 0, massAtLeast: 10, freezes: true }
			: { minutes, massAtLeast, freezes };
	const callers = read("TOKENS", settings.TOKENS);
	const senders = readSenders(given("WEBHOOKS"), values);
	const chats = readChats(given("CHAT"), values);
	const team = read("ACCESS", settings.ACCESS);
	const origin = read("PUBLIC_URL", settings.PUBLIC_URL) ?? null;
	const destinations = readDestinations(given("NOTIFY"), values, origin);
	const credential = readCredential(values);
	if (!credential.ok) problems.push(credential.failure);
	const unknown = unknownSettings(env, [...Object.keys(settings), "WEBHOOKS", "CHAT", "NOTIFY", ...credentialNames]);

	const people = peopleIn(Object.keys(callers ?? {}), chats.users, Object.keys(team?.users ?? {}));
	const digests = Object.values(callers ?? {}).map(({ sha256 }): [string, string] => [sha256, "TOKENS"]);
	if (credential.ok) digests.push(digestOfCredential(credential.value));
	problems.push(
		...unknown.problems,
		...senders.problems,
		...chats.problems,
		...destinations.problems,
		...clashingNames(people, senders.names),
		...sharedSecrets([...senders.holders, ...chats.holders, ...destinations.holders], new Map(digests)),
	);
	const closingPart = (part: Part) => closing(part, problems);
	if (account === undefined || callers === undefined || !credential.ok || closingPart("everything").length > 0)
		return fail(problems);
	return ok({
		accountId: account,
		credential: credential.value,
		tokenHolders: tokenHoldersOf(callers),
		senders: senders.senders.filter(({ name }) => closingPart(`webhooks/${name}`).length === 0),
		chats: chats.chats.filter(({ platform }) => closingPart(`chat/${platform}`).length === 0),
		access: team === undefined ? null : accessOf(team),
		aliases: new Map(Object.entries(targets)),
		retentionDays,
		watch,
		notify: {
			origin,
			destinations: destinations.destinations.filter(({ name }) => closingPart(`notify/${name}`).length === 0),
			names: closingPart("notify").length > 0 ? null : destinations.names,
		},
		policy,
		warnings: [...unknown.warnings, ...senders.warnings, ...chats.warnings],
		problems,
		closing: closingPart,
	});
}

const protectedBy = (list: readonly string[]): Policy["protected"] => ({
	ranges: cidrsOf(list.filter((text) => !isCloudflareId(text))) ?? [],
	ids: list.filter(isCloudflareId),
});

/** In reporting order: the first spelling of a name is the right one. */
const peopleIn = (callers: readonly string[], chats: Chats["users"], emails: readonly string[]): Named[] => [
	...callers.map((name): Named => ({ name, setting: "TOKENS", place: "", part: "everything" })),
	...chats.flatMap(({ platform, users }) =>
		users.map(
			({ id, name }): Named => ({ name, setting: "CHAT", place: `${platform}.users.${id}`, part: `chat/${platform}` }),
		),
	),
	...emails.map((name): Named => ({ name, setting: "ACCESS", place: `users.${name}`, part: "page" })),
];

const digestOfCredential = (credential: Credential): [string, string] =>
	"apiToken" in credential
		? [digestOf(credential.apiToken), "CLOUDFLARE_API_TOKEN"]
		: [digestOf(credential.apiKey), "CLOUDFLARE_API_KEY"];
