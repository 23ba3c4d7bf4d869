// Every way in which a sender or a chat platform proves that it is the one: one row each. What is checked, and how, is
// the same for all of them, and stands in `proof.ts`.
import type { SchemeName, SignatureSettings } from "../../config/sender.ts";

/** How one proof is spelt, and with which key it is checked. */
export interface Spelling {
	/** `shared`: the secret itself is presented, and nothing is signed. */
	algorithm: "hmac-sha1" | "hmac-sha256" | "hmac-sha384" | "hmac-sha512" | "ed25519" | "shared";
	encoding: "hex" | "base64" | "text";
	/** What the secret looks like when it is a key of this algorithm: after a prefix, base64 or hex; else it is a text. */
	key?: { prefix: string; encoding: "hex" | "base64" };
}

export interface Scheme {
	/** The header in which the proof stands. */
	header: string;
	/** Where several proofs may stand there, what sets them apart; it is enough that one of them holds. */
	separator?: string;
	/** How a proof begins, in any case of letters where it is a scheme of `Authorization` → how it goes on. */
	spellings: Readonly<Record<string, Spelling>>;
	/** What is signed: {body}, and out of their headers {timestamp} and {id}. */
	signed: string;
	/** Seconds; what was signed more than five minutes ago, or ahead, is refused. */
	timestampHeader?: string;
	/** One a message, the same when it is delivered again. Only where it is signed, too. */
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

/** A sender's scheme, with what its settings leave open. */
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
		// Its delivery id is not signed: who has seen one message could send it again under another.
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
