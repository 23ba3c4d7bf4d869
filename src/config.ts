// Reads and checks the configuration, once. It finds all problems, not just the first, and each says which command fixes it.
// A problem never contains the value of a secret.

import * as v from "valibot";
import type { Credential } from "./adapters/cloudflare/send.ts";
import { type Access, access, accessOf } from "./config/access.ts";
import { type Chat, type Chats, readChats } from "./config/chat.ts";
import { credentialNames, readCredential } from "./config/credential.ts";
import { matching, oneOf, table, trueOrFalse, wholeNumber } from "./config/fields.ts";
import { clashingNames, type Named } from "./config/names.ts";
import { type NotifySettings, publicUrl, readDestinations } from "./config/notify.ts";
import { type ConfigProblem, closing, type Part, problemsBySchema, type TableSetting } from "./config/problem.ts";
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
	problemsClosing(part: Part): ConfigProblem[];
}

interface WatchSettings {
	/** How often each prefix is looked at; 0 turns the watch off. */
	minutes: number;
	/** So many bindings that disappear within one interval are a mass deletion. */
	massAtLeast: number;
	/** Whether a mass deletion freezes deletions. */
	freezes: boolean;
}

const accountId = v.pipe(matching(/^[0-9a-f]{32}$/, "must be an account id: 32 hex digits"), v.guard(isCloudflareId));

const guardLevels = v.strictObject(
	Object.fromEntries(
		guardNames.filter((guard) => !fixedGuards.includes(guard)).map((guard) => [guard, v.optional(oneOf(levels))]),
	),
	`must be a table of guards and levels; ${fixedGuards.join(", ")} always refuse`,
);

const cidrOrId = (rule: string) =>
	v.pipe(
		v.string(),
		v.check((text) => isCloudflareId(text) || parseCidr(text).ok, rule),
	);

const aliasTable = v.pipe(
	table("must be a table of names and targets"),
	v.record(
		v.pipe(
			matching(/^[a-z0-9][a-z0-9_-]{0,62}$/, "an alias may only contain a-z, 0-9, - and _"),
			v.check((name) => !isCloudflareId(name), "an alias must not look like an id"),
		),
		cidrOrId("must be a binding's CIDR or id"),
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

/** Each setting is read separately. WEBHOOKS, CHAT and NOTIFY are not listed: each of their entries is read separately. */
const settings = {
	CLOUDFLARE_ACCOUNT_ID: accountId,
	HISTORY_RETENTION_DAYS: v.optional(wholeNumber(0, 36_500)),
	ALIASES: v.optional(aliasTable),
	GUARDS: v.optional(guardLevels),
	PROTECTED: v.optional(v.array(cidrOrId("must be a CIDR, or the id of a prefix or a binding"), "must be a list")),
	BUDGET_DELETIONS: v.optional(wholeNumber(1, 1000)),
	BUDGET_WINDOW_MINUTES: v.optional(wholeNumber(1, 1440)),
	APPROVAL_MINUTES: v.optional(wholeNumber(1, 1440)),
	WATCH_MINUTES: v.optional(wholeNumber(0, 1440)),
	WATCH_MASS: v.optional(wholeNumber(2, 10_000)),
	WATCH_FREEZE: v.optional(trueOrFalse),
	TOKENS: tokens,
	ACCESS: v.optional(access),
	PUBLIC_URL: v.optional(publicUrl),
};

type Settings = typeof settings;

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
	/** undefined if the setting is missing, or faulty. The part that needs it is closed then, so a default has no effect. */
	function read<Name extends keyof Settings>(setting: Name): v.InferOutput<Settings[Name]> | undefined {
		const one = v.safeParse(settings[setting], values.get(setting));
		if (one.success) return one.output;
		problems.push(...problemsBySchema(setting, one.issues, namesIn[setting] ?? []));
		return undefined;
	}

	const account = read("CLOUDFLARE_ACCOUNT_ID");
	const retentionDays = read("HISTORY_RETENTION_DAYS") ?? 0;
	const aliases = new Map(Object.entries(read("ALIASES") ?? {}));
	const { budget } = defaultPolicy;
	const policy: Policy = {
		levels: { ...defaultPolicy.levels, ...read("GUARDS") },
		protected: protectedBy(read("PROTECTED") ?? []),
		budget: {
			deletions: read("BUDGET_DELETIONS") ?? budget.deletions,
			windowMinutes: read("BUDGET_WINDOW_MINUTES") ?? budget.windowMinutes,
		},
		approvalMinutes: read("APPROVAL_MINUTES") ?? defaultPolicy.approvalMinutes,
	};
	const watch = {
		minutes: read("WATCH_MINUTES") ?? 10,
		massAtLeast: read("WATCH_MASS") ?? 10,
		freezes: read("WATCH_FREEZE") ?? true,
	};
	// Off while one of its settings is faulty.
	if (closing("watch", problems).length > 0) watch.minutes = 0;
	const callers = read("TOKENS");
	const given = (table: TableSetting) => (values.get(table) === undefined ? {} : values.get(table));
	const senders = readSenders(given("WEBHOOKS"), values);
	const chats = readChats(given("CHAT"), values);
	const team = read("ACCESS");
	const origin = read("PUBLIC_URL") ?? null;
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
	const problemsClosing = (part: Part) => closing(part, problems);
	if (account === undefined || callers === undefined || !credential.ok || problemsClosing("everything").length > 0)
		return fail(problems);
	return ok({
		accountId: account,
		credential: credential.value,
		tokenHolders: tokenHoldersOf(callers),
		senders: senders.senders.filter(({ name }) => problemsClosing(`webhooks/${name}`).length === 0),
		chats: chats.chats.filter(({ platform }) => problemsClosing(`chat/${platform}`).length === 0),
		access: team === undefined ? null : accessOf(team),
		aliases,
		retentionDays,
		watch,
		notify: {
			origin,
			destinations: destinations.destinations.filter(({ name }) => problemsClosing(`notify/${name}`).length === 0),
			names: problemsClosing("notify").length > 0 ? null : destinations.names,
		},
		policy,
		warnings: [...unknown.warnings, ...senders.warnings, ...chats.warnings],
		problems,
		problemsClosing,
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
