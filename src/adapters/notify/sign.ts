// Signs a message as Standard Webhooks has it: `v1` is HMAC-SHA256 under a `whsec_` key, `v1a` Ed25519 under a `whsk_` key.
// https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md

/** An Ed25519 private key in PKCS #8 is this and its 32 bytes (RFC 8410, section 7). */
const pkcs8 = [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];

/** A signature by each secret, so that a receiver can rotate its key. A malformed secret signs nothing. */
export async function signaturesOf(text: string, secrets: readonly string[]): Promise<string> {
	const bytes = Uint8Array.from(new TextEncoder().encode(text));
	const signatures = await Promise.all(secrets.map((secret) => signatureOf(bytes, secret)));
	return signatures.filter((one) => one !== null).join(" ");
}

async function signatureOf(bytes: Uint8Array<ArrayBuffer>, secret: string): Promise<string | null> {
	const [, prefix, encoded = ""] = /^(whsec_|whsk_)([A-Za-z0-9+/]+=*)$/.exec(secret) ?? [];
	const key = bytesOf(encoded);
	if (prefix === undefined || key === null) return null;
	if (prefix === "whsec_") {
		const hmac = { name: "HMAC", hash: "SHA-256" };
		const imported = await crypto.subtle.importKey("raw", key, hmac, false, ["sign"]);
		return `v1,${base64(await crypto.subtle.sign("HMAC", imported, bytes))}`;
	}
	// Some libraries put the public key behind the private one.
	if (key.byteLength !== 32 && key.byteLength !== 64) return null;
	const der = Uint8Array.from([...pkcs8, ...key.subarray(0, 32)]);
	const imported = await crypto.subtle.importKey("pkcs8", der, "Ed25519", false, ["sign"]);
	return `v1a,${base64(await crypto.subtle.sign("Ed25519", imported, bytes))}`;
}

function bytesOf(encoded: string): Uint8Array<ArrayBuffer> | null {
	try {
		return Uint8Array.from(atob(encoded), (character) => character.charCodeAt(0));
	} catch {
		return null;
	}
}

const base64 = (bytes: ArrayBuffer): string => btoa(String.fromCharCode(...new Uint8Array(bytes)));
