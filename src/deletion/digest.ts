// SHA-256, at once: the platform's own digest has to be waited for, and between a judgement and its record nothing waits.
import { nodeCrypto } from "../node-crypto.ts";

export const digestOf = (what: string | Uint8Array, encoding: "hex" | "base64url" = "hex"): string =>
	nodeCrypto().createHash("sha256").update(what).digest(encoding);

const mark = "sha256:";

/** What is kept of a text that is long, or nobody's business. A digest stays as it is. */
export const digested = (text: string): string =>
	text.startsWith(mark) ? text : `${mark}${digestOf(text, "base64url")}`;
