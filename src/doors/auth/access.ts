// Identifies users of Cloudflare Access by the assertion that Access adds to each request. It is verified here, because the
// Worker can also be reached without Access.

import { createRemoteJWKSet, errors, type JWTVerifyGetKey, jwtVerify } from "jose";
import type { Access } from "../../config/access.ts";
import type { Grant } from "../../config/fields.ts";
import { folded } from "../../deletion/record/actor.ts";
import { fail, ok, type Result } from "../../deletion/result.ts";
import { keysTimeoutMs } from "../limits.ts";

export type AccessFailure =
	| { reason: "no_assertion" | "wrong_assertion" | "keys_unreachable" }
	/** Access knows the user, but unbind's configuration does not. */
	| { reason: "unknown_user"; email: string };

/** One per team. Each caches keys for ten minutes and fetches unknown ones at most twice a minute. */
const keySets = new Map<string, JWTVerifyGetKey>();

export async function accessUser(headers: Headers, access: Access): Promise<Result<Grant, AccessFailure>> {
	const assertion = headers.get("cf-access-jwt-assertion");
	if (assertion === null) return fail({ reason: "no_assertion" });
	const email = await verifiedEmail(assertion, access);
	if (!email.ok) return email;
	const user = access.users.find(({ name }) => name === email.value);
	return user === undefined ? fail({ reason: "unknown_user", email: email.value }) : ok(user);
}

async function verifiedEmail(assertion: string, access: Access): Promise<Result<string, AccessFailure>> {
	const { host, audience } = access;
	try {
		const { payload } = await jwtVerify(assertion, keysOf(host), {
			issuer: `https://${host}`,
			audience,
			algorithms: ["RS256"],
			requiredClaims: ["exp", "iat"],
		});
		// A service token has no email.
		return typeof payload.email === "string" ? ok(folded(payload.email)) : fail({ reason: "wrong_assertion" });
	} catch (error) {
		return fail({ reason: isUnreachable(error) ? "keys_unreachable" : "wrong_assertion" });
	}
}

function keysOf(host: string): JWTVerifyGetKey {
	const known = keySets.get(host);
	if (known !== undefined) return known;
	const keys = createRemoteJWKSet(new URL(`https://${host}/cdn-cgi/access/certs`), { timeoutDuration: keysTimeoutMs });
	keySets.set(host, keys);
	return keys;
}

/** The assertion could not be checked: no keys, late keys, or something that is not keys. */
const isUnreachable = (error: unknown): boolean =>
	!(error instanceof errors.JOSEError) ||
	error instanceof errors.JWKSTimeout ||
	error instanceof errors.JWKSInvalid ||
	error.code === "ERR_JOSE_GENERIC";
