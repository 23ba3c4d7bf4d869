// The building blocks that several settings share.

import * as v from "valibot";
import { parseCidr } from "../deletion/address/cidr.ts";
import { type Scope, scopes } from "../deletion/record/actor.ts";

/** What the configuration allows a caller. */
export interface Grant {
	/** The name on record. */
	name: string;
	scopes: readonly Scope[];
	/** CIDRs in which the caller may delete; null means everywhere, and an empty list nowhere. */
	ranges: readonly string[] | null;
}

/** `v.record` would accept a list, with its positions as names, and would silently skip the names refused here. */
export const table = (problem: string) =>
	v.pipe(
		v.custom<object>((value) => typeof value === "object" && value !== null && !Array.isArray(value), problem),
		v.check(
			(value) => !["constructor", "prototype", "__proto__"].some((name) => Object.hasOwn(value, name)),
			"constructor, prototype and __proto__ can't be used as names",
		),
	);

export const matching = (pattern: RegExp, rule: string) => v.pipe(v.string(), v.regex(pattern, rule));

export const oneOf = <const Name extends string>(names: readonly Name[]) =>
	v.picklist(names, `must be one of ${names.join(", ")}`);

export const actorName = matching(/^[\w.@+-]{1,64}$/, "a name has at most 64 letters, digits and . @ + - _");

export const secretName = (example: string) =>
	matching(/^[A-Z][A-Z0-9_]{0,63}$/, `must be the name of a Worker secret, such as ${example}`);

export const scopeList = v.pipe(v.array(oneOf(scopes)), v.minLength(1, "must not be empty"));

export const cidrList = v.array(
	v.pipe(
		v.string(),
		v.check((text) => parseCidr(text).ok, "must be a CIDR without host bits"),
	),
	"must be a list of CIDRs",
);

/** A whole number: a number from TOML, or a text from `--var`. */
export const wholeNumber = (least: number, most: number) =>
	v.pipe(
		v.union([v.number(), v.pipe(v.string(), v.digits(), v.transform(Number))], "must be a number"),
		v.integer("must be a whole number"),
		v.minValue(least, `must be at least ${least}`),
		v.maxValue(most, `must be at most ${most}`),
	);

/** A boolean from TOML, or a text from `--var`. */
export const trueOrFalse = v.pipe(
	v.union([v.boolean(), v.picklist(["true", "false"])], "must be true or false"),
	v.transform((value) => value === true || value === "true"),
);
