// Finds settings that unbind does not know. A misspelt setting would protect nothing, so it is refused, unless it could
// belong to another tool.

import { nearestOf } from "../nearest.ts";
import { type ConfigProblem, type Part, partOf, problemIn, shownSecretName } from "./problem.ts";

/** Bindings, and names that only the scripts read. */
const otherNames = ["LEDGER", "HISTORY", "FAILED_AUTHENTICATION", "PROBES", "DISCORD_BOT_TOKEN"];

/**
 * Names that begin with two underscores belong to tools, such as Workers Sites and test runners.
 * @param settings the names of all unbind's settings.
 */
export function unknownSettings(
	env: object,
	settings: readonly string[],
): { problems: ConfigProblem[]; warnings: ConfigProblem[] } {
	const problems: ConfigProblem[] = [];
	const warnings: ConfigProblem[] = [];
	const known = new Set([...settings, ...otherNames, ...textsIn(Object.values(env).filter(isTable))]);
	for (const [name, value] of Object.entries(env)) {
		if (known.has(name) || value === undefined || isBinding(value)) continue;
		const nearest = nearestOf(name.toUpperCase(), settings);
		if (nearest !== null) problems.push(misspelt(name, nearest, typeof value === "string"));
		else if (name.startsWith("__")) continue;
		else if (typeof value !== "string") problems.push(unknown(name));
		else warnings.push(unused(name));
	}
	return { problems, warnings };
}

/** A name so close to one of ours that it can't be anything else, so it is safe to show. */
function misspelt(name: string, nearest: string, mayBeSecret: boolean): ConfigProblem {
	const rename = `Rename ${name} to ${nearest} in wrangler.toml, then run: npx wrangler deploy`;
	const fix = mayBeSecret ? `${rename}; a secret: npx wrangler secret delete ${name}` : rename;
	const meant = partOf(nearest);
	// If the real setting is missing, that is reported separately.
	const closes: Part[] = [meant === "everything" ? "deletions" : meant];
	return problemIn(name, `unknown setting; did you mean ${nearest}?`, { fix, plainFix: fix, closes });
}

function unknown(name: string): ConfigProblem {
	const fix = (what: string) => `Remove ${what} from [vars] in wrangler.toml, then run: npx wrangler deploy`;
	const rule = "unknown setting";
	const shown = shownSecretName(name) ?? "…";
	const plain = { setting: "vars", problem: `vars: ${rule}`, fix: fix("the settings unbind does not know") };
	return { ...problemIn(shown, rule, { fix: fix(shown) }), plain };
}

function unused(name: string): ConfigProblem {
	const shown = shownSecretName(name) ?? "…";
	const rule = "unbind does not use this setting";
	const fix = `Remove it from [vars] in wrangler.toml, or run: npx wrangler secret delete ${shown}`;
	return { ...problemIn(shown, rule, { fix }), plain: { setting: "vars", problem: `vars: ${rule}`, fix: "" } };
}

const isTable = (value: unknown): value is object =>
	typeof value === "object" &&
	value !== null &&
	(Array.isArray(value) || [Object.prototype, null].includes(Object.getPrototypeOf(value)));

const isBinding = (value: unknown): boolean =>
	typeof value === "function" || (typeof value === "object" && value !== null && !isTable(value));

/** All texts in the tables: the names of secrets are among them. */
function textsIn(values: readonly unknown[]): string[] {
	return values.flatMap((value) =>
		typeof value === "string" ? [value] : isTable(value) ? textsIn(Object.values(value)) : [],
	);
}
