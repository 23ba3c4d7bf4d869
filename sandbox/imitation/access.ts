// Cloudflare Access as unbind sees it: a team's keys, and assertions signed with one of them. Each process makes a new
// key that signs anything. It gives access to nothing outside the sandbox.
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from "jose";

export const accessHost = "unbind.cloudflareaccess.com";
const keyId = "sandbox";

const keys = generateKeyPair("RS256");

/** Serves `/cdn-cgi/access/certs`. */
export async function accessCerts(request: Request): Promise<Response> {
	if (new URL(request.url).pathname !== "/cdn-cgi/access/certs") return new Response("not found", { status: 404 });
	const jwk = await exportJWK((await keys).publicKey);
	return Response.json({ keys: [{ ...jwk, kid: keyId, alg: "RS256", use: "sig" }] });
}

export const signAssertion = async (claims: JWTPayload): Promise<string> =>
	new SignJWT(claims).setProtectedHeader({ alg: "RS256", kid: keyId }).sign((await keys).privateKey);
