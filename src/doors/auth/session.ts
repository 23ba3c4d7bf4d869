// Sessions of people who signed in on the page with a token. Nothing is stored: the cookie says who and until when, sealed
// with a key made from the token's digest and unbind's Cloudflare credential. Changing either ends the sessions, and the
// digest alone, which sits in configuration files, cannot forge one.

import type { TokenHolder } from "../../config/tokens.ts";
import type { Config } from "../../config.ts";
import { nodeCrypto } from "../../deletion/record/digest.ts";
import { sessionSeconds } from "../limits.ts";

const cookieName = "__Host-unbind";
const attributes = "Path=/; HttpOnly; Secure; SameSite=Strict";

interface Session {
	holder: TokenHolder;
	/** Each form of this session must send it, to prove that it came from unbind. */
	formToken: string;
}

/** The value of `Set-Cookie`. It does not contain the token. */
export function sessionCookie(holder: TokenHolder, config: Config, nowMs: number): string {
	const claim = `${holder.name}.${nowMs + sessionSeconds * 1000}`;
	const value = `${claim}.${sealed(holder, config, "session", claim)}`;
	return `${cookieName}=${value}; Max-Age=${sessionSeconds}; ${attributes}`;
}

export const noSessionCookie = `${cookieName}=; Max-Age=0; ${attributes}`;

export function sessionIn(headers: Headers, config: Config, nowMs: number): Session | null {
	const value = cookieIn(headers.get("cookie") ?? "");
	const [, claim, name, expiry, seal] = /^((.+)\.(\d{1,15}))\.([\w-]{43})$/.exec(value) ?? [];
	const holder = config.tokenHolders.find((one) => one.name === name);
	if (claim === undefined || seal === undefined || holder === undefined) return null;
	if (!isSame(seal, sealed(holder, config, "session", claim)) || Number(expiry) <= nowMs) return null;
	return { holder, formToken: sealed(holder, config, "form", claim) };
}

/** In constant time. */
export function isSame(one: string, other: string): boolean {
	const [a, b] = [Buffer.from(one), Buffer.from(other)];
	return a.byteLength === b.byteLength && nodeCrypto().timingSafeEqual(a, b);
}

/** For a user whom Cloudflare Access authenticated under this name. */
export const formTokenOf = (name: string, { credential }: Config): string =>
	nodeCrypto().createHmac("sha256", JSON.stringify(credential)).update(`form\n${name}`).digest("base64url");

function sealed({ digest }: TokenHolder, { credential }: Config, purpose: "session" | "form", claim: string): string {
	const key = nodeCrypto().createHmac("sha256", JSON.stringify(credential)).update(digest).digest();
	return nodeCrypto().createHmac("sha256", key).update(`${purpose}\n${claim}`).digest("base64url");
}

const cookieIn = (cookies: string): string =>
	cookies
		.split(";")
		.map((pair) => pair.trim())
		.find((pair) => pair.startsWith(`${cookieName}=`))
		?.slice(cookieName.length + 1) ?? "";
