// Signs a message as its sender would: the counterpart of `src/doors/auth/proof.ts`, with the same table of schemes. It uses
// Node's cryptography, so that WebCrypto's verification there is checked by a second implementation.
import { createHmac, createPrivateKey, sign as signWithKey } from "node:crypto";
import type { Scheme, Spelling } from "../src/doors/auth/schemes.ts";

export interface Signing {
	scheme: Scheme;
	/** A text, or a key in the scheme's own form; `whsk_` and `seed:` mark private keys, 32 bytes in base64. */
	secret: string;
	timestampSeconds: number;
	messageId: string;
}

/** The headers to send with the body. */
export function signed(body: string | Uint8Array, { scheme, secret, timestampSeconds, messageId }: Signing) {
	const timestamp = String(timestampSeconds);
	const bytes = typeof body === "string" ? Buffer.from(body) : Buffer.from(body);
	const [before = "", after = ""] = scheme.signed
		.split("{body}")
		.map((part) => part.replaceAll("{timestamp}", timestamp).replaceAll("{id}", messageId));
	const message = Buffer.concat([Buffer.from(before), bytes, Buffer.from(after)]);
	const headers: Record<string, string> = { [scheme.header]: proofOf(message, scheme, secret) };
	if (scheme.timestampHeader !== undefined) headers[scheme.timestampHeader] = timestamp;
	if (scheme.idHeader !== undefined) headers[scheme.idHeader] = messageId;
	return headers;
}

function proofOf(message: Buffer, { spellings }: Scheme, secret: string): string {
	const isPrivate = /^(?:whsk_|seed:)/.test(secret);
	const isLogin = secret.includes(":") && "basic " in spellings;
	const fitting = Object.entries(spellings).find(([prefix, { algorithm }]) =>
		isPrivate ? algorithm === "ed25519" : isLogin ? prefix === "basic " : algorithm !== "ed25519",
	);
	if (fitting === undefined) throw new Error("The scheme has no signature for this kind of secret.");
	const [prefix, spelling] = fitting;
	return capitalized(prefix) + spelt(message, spelling, secret);
}

function spelt(message: Buffer, { algorithm, encoding, key }: Spelling, secret: string): string {
	if (algorithm === "shared") return encoding === "base64" ? Buffer.from(secret).toString("base64") : secret;
	const written = encoding === "hex" ? "hex" : "base64";
	if (algorithm === "ed25519") {
		const seed = Buffer.from(secret.replace(/^(?:whsk_|seed:)/, ""), "base64");
		const der = Buffer.concat([Buffer.from("302e020100300506032b657004220420", "hex"), seed]);
		return signWithKey(null, message, createPrivateKey({ key: der, format: "der", type: "pkcs8" })).toString(written);
	}
	const bytes = key === undefined ? Buffer.from(secret) : Buffer.from(secret.slice(key.prefix.length), "base64");
	return createHmac(algorithm.slice("hmac-".length), bytes).update(message).digest(written);
}

const capitalized = (prefix: string): string =>
	prefix.endsWith(" ") ? prefix.charAt(0).toUpperCase() + prefix.slice(1) : prefix;
