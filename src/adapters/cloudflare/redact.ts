// Removes the credential from Cloudflare's answers, which are stored and shown: an answer that echoed it would leak it. It
// works after parsing, so JSON escapes can't hide anything, and covers every text and every name, in common encodings.

import { Buffer } from "node:buffer";
import type { Credential } from "./send.ts";

export type Redact = (value: unknown) => unknown;

const mark = "[redacted]";
/** No Cloudflare credential is shorter, and shorter texts match by chance. */
const shortestEncoded = 8;
/** How many nested encodings to undo. */
const rounds = 3;
/** Nobody needs deeper levels, and an answer must not exhaust the stack. */
const deepest = 50;

export function createRedactor(credential: Credential): Redact {
	const secret = "apiToken" in credential ? credential.apiToken : credential.apiKey;
	const plain = new RegExp(secret.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"), "gi");
	const forms = secret.length < shortestEncoded ? [] : formsOf(secret).map((form) => form.toLowerCase());

	const text = (given: string): string => {
		if (given.length < secret.length) return given;
		const cut = given.replace(plain, mark);
		return forms.length > 0 && readings(cut).some((one) => forms.some((form) => one.includes(form))) ? mark : cut;
	};
	const value = (given: unknown, depth: number): unknown => {
		if (typeof given === "string") return text(given);
		if (typeof given !== "object" || given === null) return given;
		if (depth > deepest) return null;
		if (Array.isArray(given)) return given.map((item) => value(item, depth + 1));
		return Object.fromEntries(Object.entries(given).map(([name, item]) => [text(name), value(item, depth + 1)]));
	};
	return (given) => value(given, 0);
}

/** As it is, in hex, and in base64 at each of the three possible offsets. */
function formsOf(secret: string): string[] {
	const bytes = Buffer.from(secret);
	const base64 = [0, 1, 2].map((before) => {
		const whole = Buffer.concat([Buffer.alloc(before), bytes]);
		// Only the characters that depend on the secret alone.
		const start = Math.ceil((before * 8) / 6);
		return whole.toString("base64").slice(start, Math.floor((whole.byteLength * 8) / 6));
	});
	const base64url = base64.map((form) => form.replaceAll("+", "-").replaceAll("/", "_"));
	return [secret, bytes.toString("hex"), ...base64, ...base64url];
}

/** A text and its decoded forms. */
function readings(text: string): string[] {
	const read = [text];
	for (let round = 1; round <= rounds; round++) {
		const last = read.at(-1) ?? "";
		const next = decoded(last);
		if (next === last) break;
		read.push(next);
	}
	return read.map((one) => one.toLowerCase());
}

const decoded = (text: string): string =>
	text
		.replace(/[\s\p{Cc}\p{Cf}]/gu, "")
		.replace(/\\u([0-9a-f]{4})|\\x([0-9a-f]{2})|%([0-9a-f]{2})|&#x0*([0-9a-f]{1,4});/gi, (_, ...hex) =>
			String.fromCharCode(
				Number.parseInt(
					hex.slice(0, 4).find((digits) => digits !== undefined),
					16,
				),
			),
		)
		.replace(/&#0*(\d{1,5});/g, (_, code) => String.fromCharCode(Number(code)))
		.replace(/\\(?=[^ux])/g, "");
