// Reads a secret that another setting names. Its value is one or several secrets, one per line, newest first, so that you can
// change a secret while the other side still uses the previous one.

import { digestOf } from "../deletion/record/digest.ts";
import { fail, ok, type Result } from "../deletion/result.ts";
import { type ConfigProblem, type Part, partIn, problemIn, shownSecretName, type TableSetting } from "./problem.ts";

/** Shorter secrets can be guessed despite the rate limit. */
const goodLength = 24;
/** The minimum for deployments older than that rule: they keep working, with a warning. */
const leastLength = 8;
/** Settings that are not secret, and unbind's own secrets, which no sender, chat or destination may share. */
const taken = /^(?:TOKENS|CLOUDFLARE_(?:ACCOUNT_ID|API_TOKEN|API_KEY|EMAIL))$/;

/** The Worker's secrets, by name. */
export type SecretValues = ReadonlyMap<string, unknown>;

interface SecretSetting {
	/** The setting and its entry that name the secret. */
	setting: TableSetting;
	place: string;
	/** The name of the Worker secret. */
	name: string;
	/** The form of each line, besides its length. */
	form?: { pattern: RegExp; description: string } | undefined;
}

interface Secrets {
	secrets: string[];
	warnings: ConfigProblem[];
}

export function readSecrets(
	{ setting, place, name, form }: SecretSetting,
	values: SecretValues,
): Result<Secrets, ConfigProblem> {
	const value = values.get(name);
	const table = `[vars.${setting}.${place}]`;
	const closes = [partIn(setting, place)];
	const shown = shownSecretName(name);
	const problem = (
		rule: string,
		fixWith = (secret: string) => `Run: npx wrangler secret put ${secret}`,
	): ConfigProblem => ({
		setting: shown ?? setting,
		problem: `${shown ?? `${table} secret`}: ${rule}`,
		fix: fixWith(shown ?? `<the secret that ${table} names>`),
		plain: { setting, problem: `A secret of ${setting}: ${rule}`, fix: fixWith(`<its name in ${setting}>`) },
		closes,
	});
	if (taken.test(name)) {
		const rule = "is used for something else; every sender, chat and destination needs its own secret";
		const fix = `Name another secret in ${table}, then run: npx wrangler deploy`;
		return fail(problemIn(setting, rule, { place: `${place}.secret`, fix, closes }));
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
		return fail(problem(`each line must be ${form.description}`));
	const guessable = problem(`has a secret of fewer than ${goodLength} characters, which can be guessed`);
	return ok({ secrets, warnings: shortest < goodLength ? [guessable] : [] });
}

/** One per line. */
const secretsIn = (value: unknown): string[] =>
	typeof value !== "string"
		? []
		: value
				.split("\n")
				.map((line) => line.trim())
				.filter((line) => line !== "");

/** The secrets that an entry of a table names, even if the rest of it is faulty. Discord's is a public key, in the table itself. */
export function secretsNamedBy(entry: unknown, values: SecretValues): string[] {
	if (typeof entry !== "object" || entry === null) return [];
	const key = "public_key" in entry ? entry.public_key : null;
	const named = "secret" in entry ? entry.secret : null;
	const isOwn = typeof named === "string" && !taken.test(named);
	return [key, isOwn ? values.get(named) : null].flatMap(secretsIn);
}

/** A place that has secrets. Faulty places count too: a message for one could be sent to another. */
export interface SecretHolder {
	setting: TableSetting;
	place: string;
	secrets: readonly string[];
}

/** A place that has a secret, as problems name it. */
interface Place {
	setting: TableSetting | null;
	named: string;
	part: Part;
}

/**
 * Finds secrets used in two places: a message for one place could be sent to the other, with the other's ranges. A clash
 * closes both. Two destinations may share one: it lets nobody in.
 * @param digests SHA-256 → the setting that has it, for secrets of neither a sender nor a chat.
 */
export function sharedSecrets(holders: readonly SecretHolder[], digests: ReadonlyMap<string, string>): ConfigProblem[] {
	const known = new Map<string, Place[]>(
		[...digests].map(([hash, named]) => [hash, [{ setting: null, named, part: "everything" }]]),
	);
	return holders.flatMap(({ setting, place, secrets }) => {
		const part = partIn(setting, place);
		// Runs once, when the configuration is read; nothing a caller sends is compared here.
		const own = [...new Set(secrets.map((secret) => digestOf(secret)))];
		const sharable = (other: Place) => setting === "NOTIFY" && other.setting === "NOTIFY";
		const shared = own.flatMap((hash) => known.get(hash) ?? []).filter((other) => !sharable(other));
		const here = { setting, named: `${setting} (${place})`, part };
		for (const hash of own) known.set(hash, [...(known.get(hash) ?? []), here]);
		const [first] = shared;
		if (first === undefined) return [];
		const fix = "Give each a Worker secret with a value of its own: npx wrangler secret put <name>";
		const closes = [...new Set([part, ...shared.map((one) => one.part)])];
		const shown = problemIn(setting, `has the same secret as ${first.named}`, { place, fix, plainFix: fix, closes });
		return [{ ...shown, plain: { ...shown.plain, problem: `${setting}: a secret is used in two places` } }];
	});
}
