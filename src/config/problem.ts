// What is wrong with a setting, what that closes, and how to fix it: in full for the operator's log, and without any of the
// operator's data for everyone else. Neither quotes a secret.
import type * as v from "valibot";
import { nearestOf } from "../nearest.ts";

/** What needs a setting. "webhooks", "chat" and "notify" mean all senders, platforms and destinations; with a name, only that one. */
export type Part =
	| "everything"
	| "deletions"
	| "watch"
	| "page"
	| "webhooks"
	| `webhooks/${string}`
	| "chat"
	| `chat/${string}`
	| "notify"
	| `notify/${string}`;

const tableParts = { WEBHOOKS: "webhooks", CHAT: "chat", NOTIFY: "notify" } as const;
/** The settings that are tables of senders, platforms and destinations. */
export type TableSetting = keyof typeof tableParts;

/** The part that needs one entry of a table. */
export const partIn = (setting: TableSetting, name: string): Part => `${tableParts[setting]}/${name}`;

/** Without these, unbind can neither identify callers nor call Cloudflare. */
const essential = ["CLOUDFLARE_ACCOUNT_ID", "CLOUDFLARE_API_TOKEN", "CLOUDFLARE_EMAIL", "CLOUDFLARE_API_KEY", "TOKENS"];

/** The part that needs the setting. A faulty limit closes deletions: it must not silently become the default. */
export function partOf(setting: string): Part {
	if (essential.includes(setting)) return "everything";
	if (setting === "WEBHOOKS") return "webhooks";
	if (setting === "CHAT") return "chat";
	if (setting === "NOTIFY" || setting === "PUBLIC_URL") return "notify";
	if (setting.startsWith("WATCH_")) return "watch";
	return setting === "ACCESS" ? "page" : "deletions";
}

interface Sentences {
	setting: string;
	problem: string;
	fix: string;
}

/** What is wrong with a setting, where, and the command that fixes it. For the operator. */
export interface ConfigProblem extends Sentences {
	/** The same without any value, alias, name or e-mail from the configuration: anyone may read it. */
	plain: Sentences;
	/** The parts that stay closed until it is fixed. */
	closes: readonly Part[];
}

interface ProblemOptions {
	/** The place in the setting, as in the operator's file. */
	place?: string;
	/** A specific fix, which may quote the operator's file; by default, the setting's own. */
	fix?: string;
	plainFix?: string;
	/** By default, everything that needs the setting. */
	closes?: readonly Part[] | undefined;
}

/** @param rule the rule that is broken, in fixed words that quote nothing. */
export function problemIn(
	setting: string,
	rule: string,
	{ place = "", fix, plainFix, closes }: ProblemOptions = {},
): ConfigProblem {
	const where = place === "" ? "" : ` (${veiled(place)})`;
	const own = fixOf(setting);
	return {
		setting,
		problem: `${setting}${where}: ${rule}`,
		fix: fix ?? own,
		plain: { setting, problem: `${setting}: ${rule}`, fix: plainFix ?? own },
		closes: closes ?? [partOf(setting)],
	};
}

const fixOf = (setting: string): string =>
	setting === "TOKENS"
		? "Make one with: npm run token -- ci read delete; then run: npx wrangler secret put TOKENS"
		: `Fix ${setting} under [vars] in wrangler.toml, then run: npx wrangler deploy`;

/** Hides what looks like a secret pasted instead of a name. */
const veiled = (place: string): string => place.replace(/[\w+/=-]{20,}/g, "…");

/** The name if it looks like the name of a Worker secret; null if it could be the secret itself. */
export const shownSecretName = (name: string): string | null =>
	/^[A-Z]+(?:_[A-Z0-9]{1,16})+$|^[A-Z]{1,16}$/.test(name) ? name : null;

/** The problems that close this part. */
export const closing = (part: Part, problems: readonly ConfigProblem[]): ConfigProblem[] =>
	problems.filter(({ closes }) => closes.some((one) => one === part || part.startsWith(`${one}/`)));

/** Everything that is wrong with a setting, according to its schema. */
export const problemsBySchema = (
	setting: string,
	issues: readonly v.BaseIssue<unknown>[],
	names: readonly string[],
	closes?: readonly Part[],
): ConfigProblem[] =>
	issues.map((issue) => {
		const path = (issue.path ?? []).map(({ key }) => String(key));
		// Someone may have pasted a token instead of its holder's name: don't quote it.
		const place = (setting === "TOKENS" ? path.slice(1) : path).join(".");
		return problemIn(setting, ruleOf(issue, names), { place, closes });
	});

/** valibot's own messages quote the value; these don't. */
function ruleOf(issue: v.BaseIssue<unknown>, names: readonly string[]): string {
	if (issue.type === "strict_object" && issue.expected === "never") {
		const nearest = nearestOf(String(issue.path?.at(-1)?.key ?? ""), names);
		return `unknown name${nearest === null ? "" : `; did you mean ${nearest}?`}`;
	}
	if (!issue.message.startsWith("Invalid")) return issue.message;
	return issue.input === undefined ? "is missing" : "has the wrong form";
}
