// What more than one setting is made of.

import * as v from "valibot";
import { parseCidr } from "../deletion/address/cidr.ts";
import { scopes } from "../deletion/record/actor.ts";

/** A record takes a list for one, whose names are its positions; and passes over these names without a word. */
export const table = (problem: string) =>
	v.pipe(
		v.custom<object>((value) => typeof value === "object" && value !== null && !Array.isArray(value), problem),
		v.check(
			(value) => !["constructor", "prototype", "__proto__"].some((name) => Object.hasOwn(value, name)),
			"nothing can be called constructor, prototype or __proto__ here",
		),
	);

export const scopeList = v.pipe(
	v.array(v.picklist(scopes, `must be among ${scopes.join(", ")}`)),
	v.minLength(1, "must not be empty"),
);

export const cidrList = v.array(
	v.pipe(
		v.string(),
		v.check((text) => parseCidr(text).ok, "must be a CIDR without host bits"),
	),
	"must be a list of CIDRs",
);

/** A whole number, as TOML gives it, or as text, as `--var` does. */
export const wholeNumber = (least: number, most: number) =>
	v.pipe(
		v.union([v.number(), v.pipe(v.string(), v.digits(), v.transform(Number))], "must be a number"),
		v.integer("must be a whole number"),
		v.minValue(least, `must be at least ${least}`),
		v.maxValue(most, `must be at most ${most}`),
	);
