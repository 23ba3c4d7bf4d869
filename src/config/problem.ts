// What is wrong with a setting, and how to fix it: in full for the operator's log, and in our own words alone for anybody
// who asks. Neither quotes a secret.
import type * as v from "valibot";
import { nearestOf } from "../nearest.ts";
import { type Part, partOf } from "./part.ts";

interface Sentences {
	setting: string;
	problem: string;
	fix: string;
}

/** A setting that is not as it has to be, with where in it, and the command that fixes it. For the operator. */
export interface ConfigProblem extends Sentences {
	/** The same without any value, alias, name or e-mail of the configuration: what anybody may read. */
	plain: Sentences;
	/** What stays closed until it is fixed. */
	closes: readonly Part[];
}

export interface Told {
	/** Where in the setting, as the operator's file has it. */
	place?: string;
	/** Ours, where it names what the operator's file has; without it, the setting's own. */
	fix?: string;
	plainFix?: string;
	/** Without it, all that needs the setting. */
	closes?: readonly Part[] | undefined;
}

/** @param rule what has to be, in words of ours that quote nothing. */
export function problemIn(
	setting: string,
	rule: string,
	{ place = "", fix, plainFix, closes }: Told = {},
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

export const fixOf = (setting: string): string =>
	setting === "TOKENS"
		? "Make one with: npm run token -- ci read delete; then run: npx wrangler secret put TOKENS"
		: `Fix ${setting} under [vars] in wrangler.toml, then run: npx wrangler deploy`;

/** A secret that was pasted where a name belongs looks like this: nothing of it is shown. */
const veiled = (place: string): string => place.replace(/[\w+/=-]{20,}/g, "…");

/** The name of a Worker secret, as one would choose it; null where it looks more like the secret itself. */
export const secretName = (name: string): string | null =>
	/^[A-Z]+(?:_[A-Z0-9]{1,16})+$|^[A-Z]{1,16}$/.test(name) ? name : null;

/** The problems that close this part. */
export const closing = (part: Part, problems: readonly ConfigProblem[]): ConfigProblem[] =>
	problems.filter(({ closes }) => closes.some((one) => one === part || part.startsWith(`${one}/`)));

/** All that is wrong with a setting, by its schema. */
export const problemsBySchema = (
	setting: string,
	issues: readonly v.BaseIssue<unknown>[],
	names: readonly string[],
	closes?: readonly Part[],
): ConfigProblem[] =>
	issues.map((issue) => {
		const path = (issue.path ?? []).map(({ key }) => String(key));
		// A token pasted in the place of its holder's name must not be quoted.
		const place = (setting === "TOKENS" ? path.slice(1) : path).join(".");
		return problemIn(setting, ruleOf(issue, names), { place, closes });
	});

/** valibot's own sentences quote the value; ours do not. */
function ruleOf(issue: v.BaseIssue<unknown>, names: readonly string[]): string {
	if (issue.type === "strict_object" && issue.expected === "never") {
		const nearest = nearestOf(String(issue.path?.at(-1)?.key ?? ""), names);
		return `there is no such name here${nearest === null ? "" : `; did you mean ${nearest}?`}`;
	}
	if (!issue.message.startsWith("Invalid")) return issue.message;
	return issue.input === undefined ? "is missing" : "is not of the right form";
}
