// A secret that another setting names. Its value is one secret or several, a line each, so that one can be changed while
// the other side still uses the last: the newest first.

import { digestOf } from "../deletion/digest.ts";
import { fail, ok, type Result } from "../deletion/result.ts";
import { type ConfigProblem, problemIn, secretName } from "./problem.ts";

/** Shorter ones can be guessed, whatever the brake does. */
const goodLength = 24;
/** Of settings that are older than that rule: their deployments go on, with a warning. */
const leastLength = 8;
/** A var is no secret, and a secret of unbind's own is not to be shared with a sender. */
const taken = /^(?:TOKENS|CLOUDFLARE_(?:ACCOUNT_ID|API_TOKEN|API_KEY|EMAIL))$/;

interface SecretSetting {
	/** The setting that names it. */
	owner: "WEBHOOKS" | "CHAT";
	/** The table in wrangler.toml that names it. */
	table: string;
	/** The name of the Worker secret. */
	name: string;
	value: unknown;
	/** What each has to look like, besides not being short. */
	form?: { pattern: RegExp; told: string } | undefined;
}

export interface Secrets {
	secrets: string[];
	warnings: ConfigProblem[];
}

export function readSecrets({ owner, table, name, value, form }: SecretSetting): Result<Secrets, ConfigProblem> {
	const shown = secretName(name);
	const problem = (rule: string, fixWith = (secret: string) => `Run: npx wrangler secret put ${secret}`) => ({
		setting: shown ?? owner,
		problem: `${shown ?? `[vars.${table}] secret`}: ${rule}`,
		fix: fixWith(shown ?? `<the secret that [vars.${table}] names>`),
		plain: { setting: owner, problem: `A secret of ${owner}: ${rule}`, fix: fixWith(`<its name in ${owner}>`) },
	});
	if (taken.test(name)) {
		const rule = "has a use of its own; a sender or a chat needs a secret for itself alone";
		return fail(
			problemIn(owner, rule, {
				place: `${table.slice(owner.length + 1)}.secret`,
				fix: `Name another secret in [vars.${table}], then run: npx wrangler deploy`,
			}),
		);
	}
	if (value === undefined || value === "") return fail(problem("the secret is missing"));
	if (typeof value !== "string") {
		const move = (secret: string) =>
			`Remove ${secret} from wrangler.toml, run: npx wrangler deploy, then: npx wrangler secret put ${secret}`;
		return fail(problem("must be a secret, not a setting in wrangler.toml", move));
	}
	const secrets = value
		.split("\n")
		.map((line) => line.trim())
		.filter((line) => line !== "");
	if (secrets.length === 0) return fail(problem("the secret is empty"));
	const shortest = Math.min(...secrets.map(({ length }) => length));
	if (shortest < leastLength) return fail(problem(`has a secret of fewer than ${leastLength} characters`));
	if (form !== undefined && secrets.some((secret) => !form.pattern.test(secret)))
		return fail(problem(`each line has to be ${form.told}`));
	const guessable = problem(`has a secret of fewer than ${goodLength} characters, which can be guessed`);
	return ok({ secrets, warnings: shortest < goodLength ? [guessable] : [] });
}

/** Who has which secrets; the second setting is what its problem is told of. */
export interface SecretHolder {
	setting: "WEBHOOKS" | "CHAT";
	place: string;
	secrets: readonly string[];
}

/**
 * One secret in two places would let a message for one be sent to the other, with the other's ranges.
 * @param digests SHA-256 → the setting that has it: what stands in no sender and no chat.
 */
export function sharedSecrets(holders: readonly SecretHolder[], digests: ReadonlyMap<string, string>): ConfigProblem[] {
	const known = new Map(digests);
	return holders.flatMap(({ setting, place, secrets }) => {
		// Looked up once, when the configuration is read, and not against what a caller presents.
		const own = [...new Set(secrets.map((secret) => digestOf(secret)))];
		const shared = own.map((hash) => known.get(hash)).find((where) => where !== undefined);
		for (const hash of own) known.set(hash, known.get(hash) ?? `${setting} (${place})`);
		if (shared === undefined) return [];
		const told = problemIn(setting, `has the same secret as ${shared}`, {
			place,
			fix: "Give each a Worker secret with a value of its own: npx wrangler secret put <name>",
			plainFix: "Give each a Worker secret with a value of its own: npx wrangler secret put <name>",
		});
		return [{ ...told, plain: { ...told.plain, problem: `${setting}: a secret is used in two places` } }];
	});
}
