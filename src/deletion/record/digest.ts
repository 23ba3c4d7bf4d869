// SHA-256, synchronously: the platform's own digest needs an `await`, which is not allowed between a judgement and its record.

export const digestOf = (what: string | Uint8Array, encoding: "hex" | "base64url" = "hex"): string =>
	nodeCrypto().createHash("sha256").update(what).digest(encoding);

const mark = "sha256:";

/** Replaces a text that is long or private. A digest stays as it is. */
export const digested = (text: string): string =>
	text.startsWith(mark) ? text : `${mark}${digestOf(text, "base64url")}`;

/** node:crypto, brought in when it is first needed: imported, it would take a good part of the Worker's start. */
export const nodeCrypto = () => process.getBuiltinModule("node:crypto");
