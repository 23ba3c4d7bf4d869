// Checks a message's signature, or the secret it presents, against the configured secrets. Reads the scheme, the headers and
// the raw bytes; parses nothing.

import { fail, ok, type Result } from "../../deletion/result.ts";
import { longestProof, mostProofs, toleranceSeconds } from "../limits.ts";
import type { Scheme, Spelling } from "./schemes.ts";

/** Only for the log; the caller never sees it. */
type NoProof = "no_signature" | "no_timestamp" | "stale" | "no_id" | "wrong";

export interface Proof {
	/** The sender's message id, if it is signed. */
	messageId: string | null;
	/** What was signed; the body if nothing was. */
	signed: Uint8Array<ArrayBuffer>;
}

/** @param secrets newest first; any of them is accepted. */
export async function prove(
	scheme: Scheme,
	secrets: readonly string[],
	headers: Headers,
	body: Uint8Array,
	nowMs: number,
): Promise<Result<Proof, NoProof>> {
	const presented = headers.get(scheme.header) ?? "";
	if (presented === "" || presented.length > longestProof) return fail("no_signature");
	const timestamp = scheme.timestampHeader === undefined ? "" : (headers.get(scheme.timestampHeader) ?? "");
	if (scheme.timestampHeader !== undefined) {
		// Allow one spelling per time: extra characters would be signed without being part of the time.
		if (!/^(?:0|[1-9]\d{0,11})$/.test(timestamp)) return fail("no_timestamp");
		if (Math.abs(nowMs / 1000 - Number(timestamp)) > toleranceSeconds) return fail("stale");
	}
	const messageId = scheme.idHeader === undefined ? null : (headers.get(scheme.idHeader) ?? "");
	if (messageId !== null && !/^[\x21-\x7e]{1,255}$/.test(messageId)) return fail("no_id");

	const signed = filledIn(scheme.signed, { timestamp, id: messageId ?? "" }, body);
	const proofs = scheme.separator === undefined ? [presented] : presented.split(scheme.separator, mostProofs);
	for (const proof of proofs) {
		const known = spellingOf(proof.trim(), scheme);
		if (known === null) continue;
		for (const secret of secrets)
			if (await holds(known.spelling, known.text, secret, signed)) return ok({ messageId, signed });
	}
	return fail("wrong");
}

/** Scheme names in `Authorization` ignore letter case (RFC 9110, 11.1). */
function spellingOf(proof: string, { header, spellings }: Scheme): { spelling: Spelling; text: string } | null {
	const cased = (text: string) => (header === "authorization" ? text.toLowerCase() : text);
	for (const [prefix, spelling] of Object.entries(spellings))
		if (cased(proof).startsWith(cased(prefix))) return { spelling, text: proof.slice(prefix.length).trim() };
	return null;
}

async function holds(
	{ algorithm, encoding, key }: Spelling,
	text: string,
	secret: string,
	signed: Uint8Array<ArrayBuffer>,
): Promise<boolean> {
	const proof = decoded(text, encoding);
	const keyBytes = key === undefined ? decoded(secret, "text") : keyIn(secret, key);
	if (proof === null || keyBytes === null || proof.byteLength === 0) return false;
	if (algorithm === "shared") return isSame(proof, keyBytes);
	if (algorithm === "ed25519") {
		// A key has 32 bytes and a signature 64; anything else would throw.
		if (keyBytes.byteLength !== 32 || proof.byteLength !== 64) return false;
		const imported = await crypto.subtle.importKey("raw", keyBytes, "Ed25519", false, ["verify"]);
		return crypto.subtle.verify("Ed25519", imported, proof, signed);
	}
	const hash = `SHA-${algorithm.slice("hmac-sha".length)}`;
	const imported = await crypto.subtle.importKey("raw", keyBytes, { name: "HMAC", hash }, false, ["verify"]);
	return crypto.subtle.verify("HMAC", imported, proof, signed);
}

const keyIn = (secret: string, { prefix, encoding }: NonNullable<Spelling["key"]>): Uint8Array<ArrayBuffer> | null =>
	secret.startsWith(prefix) ? decoded(secret.slice(prefix.length), encoding) : null;

/** Compares digests, which have one length, in constant time. */
async function isSame(one: Uint8Array<ArrayBuffer>, other: Uint8Array<ArrayBuffer>): Promise<boolean> {
	const [first, second] = await Promise.all([one, other].map((bytes) => crypto.subtle.digest("SHA-256", bytes)));
	return first !== undefined && second !== undefined && crypto.subtle.timingSafeEqual(first, second);
}

/** null if the text is malformed. Of base64, only the canonical form is accepted. */
function decoded(text: string, encoding: Spelling["encoding"]): Uint8Array<ArrayBuffer> | null {
	if (encoding === "text") return Buffer.from(text);
	if (encoding === "hex") return /^(?:[0-9a-f]{2})*$/i.test(text) ? Buffer.from(text, "hex") : null;
	const bytes = Buffer.from(text, "base64");
	return bytes.toString("base64") === text ? bytes : null;
}

/** Fills in the template as bytes: the body may be anything and is never read as text. */
function filledIn(
	template: string,
	values: { timestamp: string; id: string },
	body: Uint8Array,
): Uint8Array<ArrayBuffer> {
	const [before = "", after = ""] = template
		.split("{body}")
		.map((part) => part.replace(/\{(timestamp|id)\}/g, (_, name: "timestamp" | "id") => values[name]));
	return new Uint8Array(Buffer.concat([Buffer.from(before), body, Buffer.from(after)]));
}
