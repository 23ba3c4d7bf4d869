// Who comes in through Cloudflare Access, by the assertion that Access adds to each request. It is verified here, as the
// Worker can be reached on other ways than through Access.
import { createRemoteJWKSet, errors, type JWTVerifyGetKey, jwtVerify } from "jose";
import type { Access, AccessUser } from "../../config/access.ts";
import { folded } from "../../deletion/record/actor.ts";
import { fail, ok, type Result } from "../../deletion/result.ts";

export type AccessFailure =
	| { reason: "no_assertion" | "wrong_assertion" | "keys_unreachable" }
	/** Access knows them, unbind's configuration does not. */
	| { reason: "unknown_user"; email: string };

const keysTimeoutMs = 5000;
/** One a team: it keeps the keys for ten minutes, and asks for unknown ones at most twice a minute. */
const keySets = new Map<string, JWTVerifyGetKey>();

export async function accessUser(headers: Headers, access: Access): Promise<Result<AccessUser, AccessFailure>> {
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
		// A service token has none.
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

/** What is no verdict on the assertion: the keys did not come, or not in time, or were none. */
const isUnreachable = (error: unknown): boolean =>
	!(error instanceof errors.JOSEError) ||
	error instanceof errors.JWKSTimeout ||
	error instanceof errors.JWKSInvalid ||
	error.code === "ERR_JOSE_GENERIC";
