// The secret TOKENS: the callers that have one of unbind's tokens, by name. It holds digests, never a token.

import * as v from "valibot";
import type { Scope } from "../deletion/record/actor.ts";
import { cidrList, scopeList, table } from "./fields.ts";

/** A caller in the secret `TOKENS`. */
export interface TokenHolder {
	name: string;
	/** SHA-256 of the token. */
	digest: Uint8Array;
	scopes: readonly Scope[];
	/** null means everywhere. */
	ranges: readonly string[] | null;
}

export const tokens = v.pipe(
	v.string("is missing"),
	v.parseJson(undefined, "must be JSON"),
	table("must be an object of names and tokens"),
	v.record(
		v.pipe(v.string(), v.regex(/^[\w.@+-]{1,64}$/, "a name has at most 64 letters, digits and . @ + - _")),
		v.strictObject({
			sha256: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/, "must be 64 hex digits, lower case")),
			scopes: scopeList,
			ranges: v.optional(cidrList),
		}),
		"must be an object of names and tokens",
	),
	v.check((holders) => Object.keys(holders).length > 0, "must name at least one caller"),
	v.check(
		(holders) => new Set(Object.values(holders).map(({ sha256 }) => sha256)).size === Object.keys(holders).length,
		"two names have the same token, so unbind can't tell who is calling",
	),
);

export const tokenHoldersOf = (holders: v.InferOutput<typeof tokens>): TokenHolder[] =>
	Object.entries(holders).map(([name, { sha256, scopes, ranges }]) => ({
		name,
		digest: bytesOf(sha256),
		scopes,
		ranges: ranges ?? null,
	}));

const bytesOf = (hex: string): Uint8Array =>
	Uint8Array.from(hex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));
