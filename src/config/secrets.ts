// A secret that another setting names. Its value is one secret or several, a line each, so that one can be changed while
// the other side still uses the last: the newest first.

import { digestOf } from "../deletion/digest.ts";
import { fail, ok, type Result } from "../deletion/result.ts";
import type { Part } from "./part.ts";
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
	/** What needs it. */
	part: Part;
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

export function readSecrets({ owner, table, part, name, value, form }: SecretSetting): Result<Secrets, ConfigProblem> {
	const shown = secretName(name);
	const problem = (
		rule: string,
		fixWith = (secret: string) => `Run: npx wrangler secret put ${secret}`,
	): ConfigProblem => ({
		setting: shown ?? owner,
		problem: `${shown ?? `[vars.${table}] secret`}: ${rule}`,
		fix: fixWith(shown ?? `<the secret that [vars.${table}] names>`),
		plain: { setting: owner, problem: `A secret of ${owner}: ${rule}`, fix: fixWith(`<its name in ${owner}>`) },
		closes: [part],
	});
	if (taken.test(name)) {
		const rule = "has a use of its own; a sender or a chat needs a secret for itself alone";
		return fail(
			problemIn(owner, rule, {
				place: `${table.slice(owner.length + 1)}.secret`,
				fix: `Name another secret in [vars.${table}], then run: npx wrangler deploy`,
				closes: [part],
			}),
		);
	}
	if (value === undefined || value === "") return fail(problem("the secret is missing"));
	if (typeof value !== "string") {
		const move = (secret: string) =>
			`Remove ${secret} from wrangler.toml, run: npx wrangler deploy, then: npx wrangler secret put ${secret}`;
		return fail(problem("must be a secret, not a setting in wrangler.toml", move));
	}
	const secrets = secretsIn(value);
	if (secrets.length === 0) return fail(problem("the secret is empty"));
	const shortest = Math.min(...secrets.map(({ length }) => length));
	if (shortest < leastLength) return fail(problem(`has a secret of fewer than ${leastLength} characters`));
	if (form !== undefined && secrets.some((secret) => !form.pattern.test(secret)))
		return fail(problem(`each line has to be ${form.told}`));
	const guessable = problem(`has a secret of fewer than ${goodLength} characters, which can be guessed`);
	return ok({ secrets, warnings: shortest < goodLength ? [guessable] : [] });
}

/** A line each. */
export const secretsIn = (value: unknown): string[] =>
	typeof value !== "string"
		? []
		: value
				.split("\n")
				.map((line) => line.trim())
				.filter((line) => line !== "");

/** The secrets that a table names, even if the rest of the table is faulty. */
export function secretsNamedBy(table: unknown, secrets: ReadonlyMap<string, unknown>): string[] {
	const named = typeof table === "object" && table !== null && "secret" in table ? table.secret : null;
	return typeof named === "string" && !taken.test(named) ? secretsIn(secrets.get(named)) : [];
}

/** A place that has secrets; a faulty one too, as a message for it could be sent to another. */
export interface SecretHolder {
	setting: "WEBHOOKS" | "CHAT";
	place: string;
	part: Part;
	secrets: readonly string[];
}

/** A place that has a secret, as its problem names it. */
interface Place {
	named: string;
	part: Part;
}

/**
 * One secret in two places would let a message for one be sent to the other, with the other's ranges. A clash closes both.
 * @param digests SHA-256 → the setting that has it, if that is neither a sender nor a chat.
 */
export function sharedSecrets(holders: readonly SecretHolder[], digests: ReadonlyMap<string, string>): ConfigProblem[] {
	const known = new Map<string, Place[]>([...digests].map(([hash, named]) => [hash, [{ named, part: "everything" }]]));
	return holders.flatMap(({ setting, place, part, secrets }) => {
		// Looked up once, when the configuration is read, and not against what a caller presents.
		const own = [...new Set(secrets.map((secret) => digestOf(secret)))];
		const shared = own.flatMap((hash) => known.get(hash) ?? []);
		for (const hash of own) known.set(hash, [...(known.get(hash) ?? []), { named: `${setting} (${place})`, part }]);
		const [first] = shared;
		if (first === undefined) return [];
		const fix = "Give each a Worker secret with a value of its own: npx wrangler secret put <name>";
		const closes = [...new Set([part, ...shared.map((one) => one.part)])];
		const told = problemIn(setting, `has the same secret as ${first.named}`, { place, fix, plainFix: fix, closes });
		return [{ ...told, plain: { ...told.plain, problem: `${setting}: a secret is used in two places` } }];
	});
}
