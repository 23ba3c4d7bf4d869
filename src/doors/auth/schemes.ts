// How each sender and chat platform proves its messages: one row each. `proof.ts` does the checking, the same way for all.
import type { SchemeName, SignatureSettings } from "../../config/sender.ts";

/** How a proof is encoded and which kind of key checks it. */
export interface Spelling {
	/** `shared`: the message carries the secret itself and nothing is signed. */
	algorithm: "hmac-sha1" | "hmac-sha256" | "hmac-sha384" | "hmac-sha512" | "ed25519" | "shared";
	encoding: "hex" | "base64" | "text";
	/** If the secret encodes a key: its prefix and encoding. Otherwise the secret is plain text. */
	key?: { prefix: string; encoding: "hex" | "base64" };
}

export interface Scheme {
	/** The header that holds the proof. */
	header: string;
	/** What separates proofs, if the header may hold several; one valid proof is enough. */
	separator?: string;
	/** A proof's prefix (letter case ignored in `Authorization`) → how the rest is encoded. */
	spellings: Readonly<Record<string, Spelling>>;
	/** What is signed, with {body} and, from their headers, {timestamp} and {id}. */
	signed: string;
	/** In seconds. A message signed more than five minutes ago, or ahead, is refused. */
	timestampHeader?: string;
	/** One id per message, the same on redelivery. Only if it is signed too. */
	idHeader?: string;
}

const hmac = (encoding: "hex" | "base64"): Spelling => ({ algorithm: "hmac-sha256", encoding });
const shared: Spelling = { algorithm: "shared", encoding: "text" };
const noSignature = { signed: "{body}" };

/** https://docs.slack.dev/authentication/verifying-requests-from-slack */
export const slack: Scheme = {
	header: "x-slack-signature",
	spellings: { "v0=": hmac("hex") },
	signed: "v0:{timestamp}:{body}",
	timestampHeader: "x-slack-request-timestamp",
};

/** https://docs.discord.com/developers/interactions/overview#setting-up-an-endpoint-validating-security-request-headers */
export const discord: Scheme = {
	header: "x-signature-ed25519",
	spellings: { "": { algorithm: "ed25519", encoding: "hex", key: { prefix: "", encoding: "hex" } } },
	signed: "{timestamp}{body}",
	timestampHeader: "x-signature-timestamp",
};

/** https://developers.mattermost.com/integrate/slash-commands/custom */
export const mattermost: Scheme = { header: "authorization", spellings: { "token ": shared }, ...noSignature };

/** A sender's scheme, with its settings filled in. */
export function schemeOf(name: SchemeName, settings: SignatureSettings): Scheme {
	const { header, algorithm, encoding, prefix, signed, timestampHeader, idHeader } = settings;
	switch (name) {
		// https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
		case "standard-webhooks":
			return {
				header: "webhook-signature",
				separator: " ",
				spellings: {
					"v1,": { ...hmac("base64"), key: { prefix: "whsec_", encoding: "base64" } },
					"v1a,": { algorithm: "ed25519", encoding: "base64", key: { prefix: "whpk_", encoding: "base64" } },
				},
				signed: "{id}.{timestamp}.{body}",
				timestampHeader: "webhook-timestamp",
				idHeader: "webhook-id",
			};
		// Its delivery id is not signed, so anyone who saw a message could replay it under another id.
		case "github":
			return { header: "x-hub-signature-256", spellings: { "sha256=": hmac("hex") }, ...noSignature };
		case "grafana":
			return {
				header: header ?? "x-grafana-alerting-signature",
				spellings: { "": hmac("hex") },
				...(timestampHeader === null ? noSignature : { signed: "{timestamp}:{body}", timestampHeader }),
			};
		case "pagerduty":
			return { header: "x-pagerduty-signature", separator: ",", spellings: { "v1=": hmac("hex") }, ...noSignature };
		case "alertmanager":
			return {
				header: "authorization",
				spellings: { "bearer ": shared, "basic ": { ...shared, encoding: "base64" } },
				...noSignature,
			};
		case "cloudflare-notifications":
			return { header: "cf-webhook-auth", spellings: { "": shared }, ...noSignature };
		case "bearer":
			return { header: "authorization", spellings: { "bearer ": shared }, ...noSignature };
		case "hmac":
			return {
				header: header ?? "",
				spellings: { [prefix]: { algorithm: `hmac-${algorithm}`, encoding } },
				signed,
				...(timestampHeader === null ? {} : { timestampHeader }),
				...(idHeader === null ? {} : { idHeader }),
			};
	}
}
