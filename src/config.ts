// What the platform gives, checked once, as the code uses it. Finds all problems, not the first; each says which command
// fixes it. No value of a secret ever stands in a problem.

import * as v from "valibot";
import type { Credential } from "./adapters/cloudflare/send.ts";
import { type Access, access, accessOf } from "./config/access.ts";
import { type Chat, chat, chatNames, readChats } from "./config/chat.ts";
import { credentialNames, readCredential } from "./config/credential.ts";
import { table, wholeNumber } from "./config/fields.ts";
import { clashingNames, type Named } from "./config/names.ts";
import { type ConfigProblem, problemIn, ruleOf } from "./config/problem.ts";
import { sharedSecrets } from "./config/secrets.ts";
import type { Sender } from "./config/sender.ts";
import { type TokenHolder, tokenHoldersOf, tokens } from "./config/tokens.ts";
import { unknownSettings } from "./config/unknown.ts";
import { readSenders, senderNames, webhooks } from "./config/webhooks.ts";
import { cidrsOf } from "./deletion/assess.ts";
import { parseCidr } from "./deletion/cidr.ts";
import { type CloudflareId, isCloudflareId } from "./deletion/cloudflare-id.ts";
import { digestOf } from "./deletion/digest.ts";
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

export interface Config {
	accountId: CloudflareId;
	credential: Credential;
	tokenHolders: readonly TokenHolder[];
	senders: readonly Sender[];
	chats: readonly Chat[];
	/** Cloudflare Access in front of the page; null where there is none. */
	access: Access | null;
	/** name → CIDR or binding id */
	aliases: ReadonlyMap<string, string>;
	/** 0 is for ever. */
	retentionDays: number;
	policy: Policy;
	/** What works, and should not stay as it is. */
	warnings: readonly ConfigProblem[];
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
	WEBHOOKS: v.optional(webhooks, {}),
	CHAT: v.optional(chat, {}),
	ACCESS: v.optional(access),
});

/** What can stand inside a setting by name, to offer the right one to whoever misspells it. */
const namesIn: Readonly<Record<string, readonly string[]>> = {
	TOKENS: ["sha256", "scopes", "ranges"],
	GUARDS: Object.keys(guardLevels.entries),
	WEBHOOKS: senderNames,
	CHAT: chatNames,
	ACCESS: ["team", "audience", "users", "scopes", "ranges"],
};

export function readConfig(env: object): Result<Config, ConfigProblem[]> {
	const read = v.safeParse(settings, { ...env });
	const secrets = new Map<string, unknown>(Object.entries(env));
	const credential = readCredential(secrets);
	const problems = (read.issues ?? []).map((issue): ConfigProblem => {
		const [setting = "", ...path] = (issue.path ?? []).map(({ key }) => String(key));
		// A token pasted in the place of its holder's name must not be quoted.
		const place = (setting === "TOKENS" ? path.slice(1) : path).join(".");
		return problemIn(setting, ruleOf(issue, namesIn[setting] ?? []), { place });
	});
	if (!credential.ok) problems.push(credential.failure);
	const unknown = unknownSettings(env, [...Object.keys(settings.entries), ...credentialNames]);
	problems.push(...unknown.problems);
	if (!read.success) return fail(problems);

	const { output } = read;
	const senders = readSenders(output.WEBHOOKS, secrets);
	const chats = readChats(output.CHAT, secrets);
	const people = peopleIn(Object.keys(output.TOKENS), chats.chats, Object.keys(output.ACCESS?.users ?? {}));
	problems.push(...senders.problems, ...chats.problems, ...clashingNames(people, Object.keys(output.WEBHOOKS)));
	const holders = [
		...senders.senders.map(({ name, secrets }) => ({ setting: "WEBHOOKS" as const, place: name, secrets })),
		...chats.chats.map(({ platform, secrets }) => ({ setting: "CHAT" as const, place: platform, secrets })),
	];
	const digests = Object.values(output.TOKENS).map(({ sha256 }): [string, string] => [sha256, "TOKENS"]);
	if (credential.ok) digests.push(digestOfCredential(credential.value));
	problems.push(...sharedSecrets(holders, new Map(digests)));
	if (!credential.ok || problems.length > 0) return fail(problems);
	return ok({
		accountId: output.CLOUDFLARE_ACCOUNT_ID,
		credential: credential.value,
		tokenHolders: tokenHoldersOf(output.TOKENS),
		senders: senders.senders,
		chats: chats.chats,
		access: output.ACCESS === undefined ? null : accessOf(output.ACCESS),
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
		warnings: [...unknown.warnings, ...senders.warnings, ...chats.warnings],
	});
}

/** In the order in which they are told: a name is to be spelt as it is spelt first. */
const peopleIn = (callers: readonly string[], chats: readonly Chat[], emails: readonly string[]): Named[] => [
	...callers.map((name): Named => ({ name, setting: "TOKENS", place: "" })),
	...chats.flatMap(({ platform, users }) =>
		users.map(({ id, name }): Named => ({ name, setting: "CHAT", place: `${platform}.users.${id}`, platform })),
	),
	...emails.map((name): Named => ({ name, setting: "ACCESS", place: `users.${name}` })),
];

const digestOfCredential = (credential: Credential): [string, string] =>
	"apiToken" in credential
		? [digestOf(credential.apiToken), "CLOUDFLARE_API_TOKEN"]
		: [digestOf(credential.apiKey), "CLOUDFLARE_API_KEY"];
