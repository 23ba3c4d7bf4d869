// Who may call the imitation: an API token, or an e-mail address with its key, but not both. The values belong to the
// sandbox and give access to nothing else. Nothing here is ever logged.
import { type Answer, notPermitted, refuse } from "./envelope.ts";

export type Permission = "read" | "write";
export type Credential =
	| { token: string; permission: Permission /** As in the audit log. */; name?: string }
	| { email: string; key: string; permission: Permission };

/** The credential that unbind holds in the sandbox. */
export const sandboxApiToken = "sandbox-cloudflare-api-token-00000000001";
export const sandboxReadOnlyApiToken = "sandbox-cloudflare-read-only-token-00001";

/** The example in Cloudflare's documentation. */
export const sandboxEmail = "user@example.com";
export const sandboxApiKey = "144c9defac04969c7bfad8efaa8ea194";

export const sandboxCredentials: Credential[] = [
	{ token: sandboxApiToken, permission: "write", name: "unbind" },
	{ token: sandboxReadOnlyApiToken, permission: "read", name: "read only" },
	{ email: sandboxEmail, key: sandboxApiKey, permission: "write" },
];

export type AuthScheme = "token" | "key" | "none" | "both";

export function schemeOf(headers: Headers): AuthScheme {
	const token = headers.has("authorization");
	const key = headers.has("x-auth-email") || headers.has("x-auth-key");
	if (token && key) return "both";
	if (token) return "token";
	return key ? "key" : "none";
}

const invalidHeaders = (...chain: { code: number; message: string }[]) =>
	refuse(400, { code: 6003, message: "Invalid request headers", error_chain: chain });

/** The credential in these headers, or the answer that refuses them. */
export function authenticate(headers: Headers, credentials: Credential[]): Credential | Answer {
	const scheme = schemeOf(headers);
	if (scheme === "both") return invalidHeaders();
	if (scheme === "token") return byToken(headers.get("authorization") ?? "", credentials);
	const email = headers.get("x-auth-email");
	const key = headers.get("x-auth-key");
	if (email === null || key === null) {
		const message = "Missing X-Auth-Key, X-Auth-Email or Authorization headers";
		return refuse(400, { code: 9106, message });
	}
	if (!/^[0-9a-f]{32,45}$/.test(key)) {
		return invalidHeaders({ code: 6103, message: "Invalid format for X-Auth-Key header" });
	}
	const known = credentials.find((c) => "key" in c && c.email === email && c.key === key);
	if (known) return known;
	return refuse(403, { code: 9103, message: "Unknown X-Auth-Key or X-Auth-Email" });
}

function byToken(authorization: string, credentials: Credential[]): Credential | Answer {
	const token = /^Bearer ([A-Za-z0-9_-]{40,128})$/i.exec(authorization)?.[1];
	if (token === undefined) {
		return invalidHeaders({ code: 6111, message: "Invalid format for Authorization header" });
	}
	const known = credentials.find((c) => "token" in c && c.token === token);
	if (known) return known;
	return refuse(403, { code: 9109, message: "Invalid access token" });
}

export function permits(permission: Permission, method: string): Answer | null {
	return permission === "write" || method === "GET" ? null : notPermitted();
}
