// Whether a message comes from who it says: its signature, or the secret that it presents, held against the secrets that
// the configuration has. Reads the scheme's row, the headers and the raw bytes; parses nothing.

import { fail, ok, type Result } from "../../deletion/result.ts";
import type { Scheme, Spelling } from "./schemes.ts";

/** How far a sender's clock may be from ours, as all schemes with a timestamp have it. */
const toleranceSeconds = 300;
const longestHeader = 4096;
/** A sender that changes its secret signs with two. Each costs a hash over the body, and a stranger could send hundreds. */
const mostProofs = 8;

/** For the log; a caller is told nothing of it. */
export type NoProof = "no_signature" | "no_timestamp" | "stale" | "no_id" | "wrong";

export interface Proof {
	/** The sender's id of the message, where it is part of what is signed. */
	messageId: string | null;
	/** What was signed; the body alone where nothing was. */
	signed: Uint8Array<ArrayBuffer>;
}

/** @param secrets the newest first; any of them will do. */
export async function prove(
	scheme: Scheme,
	secrets: readonly string[],
	headers: Headers,
	body: Uint8Array,
	nowMs: number,
): Promise<Result<Proof, NoProof>> {
	const presented = headers.get(scheme.header) ?? "";
	if (presented === "" || presented.length > longestHeader) return fail("no_signature");
	const timestamp = scheme.timestampHeader === undefined ? "" : (headers.get(scheme.timestampHeader) ?? "");
	if (scheme.timestampHeader !== undefined) {
		// One spelling of each time: what comes before or after it would be signed, and not be part of the time.
		if (!/^(?:0|[1-9]\d{0,11})$/.test(timestamp)) return fail("no_timestamp");
		if (Math.abs(nowMs / 1000 - Number(timestamp)) > toleranceSeconds) return fail("stale");
	}
	const messageId = scheme.idHeader === undefined ? null : (headers.get(scheme.idHeader) ?? "");
	if (messageId !== null && !/^[\x21-\x7e]{1,255}$/.test(messageId)) return fail("no_id");

	const signed = filledIn(scheme.signed, { timestamp, id: messageId ?? "" }, body);
	const proofs = scheme.separator === undefined ? [presented] : presented.split(scheme.separator, mostProofs);
	for (const proof of proofs) {
		const told = spellingOf(proof.trim(), scheme);
		if (told === null) continue;
		for (const secret of secrets)
			if (await holds(told.spelling, told.text, secret, signed)) return ok({ messageId, signed });
	}
	return fail("wrong");
}

/** The names of the schemes of `Authorization` are the same in any case of letters (RFC 9110, 11.1). */
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
		// Anything else than 32 bytes is no key, and than 64 no signature; either would throw.
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

/** By their digests, which have one length: a comparison takes the same time wherever they differ. */
async function isSame(one: Uint8Array<ArrayBuffer>, other: Uint8Array<ArrayBuffer>): Promise<boolean> {
	const [first, second] = await Promise.all([one, other].map((bytes) => crypto.subtle.digest("SHA-256", bytes)));
	return first !== undefined && second !== undefined && crypto.subtle.timingSafeEqual(first, second);
}

/** null where it is not spelt as it has to be; of base64, only the one spelling that an encoder gives. */
function decoded(text: string, encoding: Spelling["encoding"]): Uint8Array<ArrayBuffer> | null {
	if (encoding === "text") return Uint8Array.from(new TextEncoder().encode(text));
	if (encoding === "hex") {
		if (!/^(?:[0-9a-f]{2})*$/i.test(text)) return null;
		return Uint8Array.from(text.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));
	}
	if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text)) return null;
	const binary = atob(text);
	return btoa(binary) === text ? Uint8Array.from(binary, (character) => character.charCodeAt(0)) : null;
}

/** The template with its values, as bytes: the body may be anything, and is not read as text. */
function filledIn(
	template: string,
	values: { timestamp: string; id: string },
	body: Uint8Array,
): Uint8Array<ArrayBuffer> {
	const [before = "", after = ""] = template
		.split("{body}")
		.map((part) => part.replace(/\{(timestamp|id)\}/g, (_, name: "timestamp" | "id") => values[name]));
	const start = new TextEncoder().encode(before);
	const end = new TextEncoder().encode(after);
	const bytes = new Uint8Array(start.byteLength + body.byteLength + end.byteLength);
	bytes.set(start);
	bytes.set(body, start.byteLength);
	bytes.set(end, start.byteLength + body.byteLength);
	return bytes;
}
