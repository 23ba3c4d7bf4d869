// What the platform gives, checked once, as the code uses it. Finds all problems, not the first; each says which command
// mends it. No value of a secret ever stands in a problem.

import * as v from "valibot";
import type { Credential } from "./adapters/cloudflare/send.ts";
import { type Access, access, accessOf, accessProblems } from "./config/access.ts";
import { type Chat, chat, readChats } from "./config/chat.ts";
import { readCredential } from "./config/credential.ts";
import { type ConfigProblem, table, told, wholeNumber } from "./config/fields.ts";
import type { Sender } from "./config/sender.ts";
import { type TokenHolder, tokenHoldersOf, tokens } from "./config/tokens.ts";
import { readSenders, webhooks } from "./config/webhooks.ts";
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

const fixOf = (setting: string): string =>
	setting === "TOKENS"
		? "Make one with: npm run token -- ci read delete; then run: npx wrangler secret put TOKENS"
		: `Mend ${setting} under [vars] in wrangler.toml, then run: npx wrangler deploy`;

export function readConfig(env: object): Result<Config, ConfigProblem[]> {
	const read = v.safeParse(settings, { ...env });
	const secrets = new Map<string, unknown>(Object.entries(env));
	const credential = readCredential(secrets);
	const problems = (read.issues ?? []).map((issue): ConfigProblem => {
		const [setting = "", ...path] = (issue.path ?? []).map(({ key }) => String(key));
		// A token pasted in the place of its holder's name must not be quoted.
		const shown = setting === "TOKENS" ? path.slice(1) : path;
		const place = shown.length === 0 ? "" : ` (${shown.join(".")})`;
		return { setting, problem: `${setting}${place}: ${told(issue)}`, fix: fixOf(setting) };
	});
	if (!credential.ok) problems.push(credential.failure);
	if (!read.success) return fail(problems);

	const { output } = read;
	const senders = readSenders(output.WEBHOOKS, secrets);
	const chats = readChats(output.CHAT, secrets);
	const people = [...Object.keys(output.TOKENS), ...chats.chats.flatMap(({ users }) => users.map(({ name }) => name))];
	problems.push(...senders.problems, ...chats.problems, ...sharedNames(people, Object.keys(output.WEBHOOKS)));
	problems.push(...accessProblems(output.ACCESS, people));
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
	});
}

/** An actor's name is who it is: a record must not leave open whether a person or a sender asked. */
const sharedNames = (people: readonly string[], senders: readonly string[]): ConfigProblem[] =>
	senders
		.filter((name) => people.includes(name))
		.map((name) => ({
			setting: "WEBHOOKS",
			problem: `WEBHOOKS (${name}): a caller in TOKENS or a user in CHAT has the same name`,
			fix: fixOf("WEBHOOKS"),
		}));
