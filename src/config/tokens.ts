// The secret TOKENS: the callers that have one of unbind's tokens, by name. It holds digests, never a token.

import * as v from "valibot";
import { actorName, cidrList, type Grant, matching, scopeList, table } from "./fields.ts";

/** A caller in the secret `TOKENS`. */
export interface TokenHolder extends Grant {
	/** SHA-256 of the token. */
	digest: Uint8Array;
}

export const tokens = v.pipe(
	v.string("is missing"),
	v.parseJson(undefined, "must be JSON"),
	table("must be an object of names and tokens"),
	v.record(
		actorName,
		v.strictObject({
			sha256: matching(/^[0-9a-f]{64}$/, "must be 64 hex digits, lower case"),
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
		digest: new Uint8Array(Buffer.from(sha256, "hex")),
		scopes,
		ranges: ranges ?? null,
	}));
