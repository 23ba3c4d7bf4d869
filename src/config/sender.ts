// A sender of webhooks: how it proves its identity, and where its payloads name what to delete.
import type { GuardName } from "../deletion/record/verdict.ts";
import type { JsonPointer } from "../json-pointer.ts";
import type { Grant } from "./fields.ts";

export const schemeNames = [
	"standard-webhooks",
	"github",
	"grafana",
	"pagerduty",
	"alertmanager",
	"cloudflare-notifications",
	"hmac",
	"bearer",
] as const;
export type SchemeName = (typeof schemeNames)[number];

interface PayloadCondition {
	at: JsonPointer;
	/** Any of them. */
	is: readonly (string | number | boolean)[];
}

/** From a payload to deletions. */
export interface Mapping {
	/** A list of which each element is one deletion; null: the payload is one. */
	each: JsonPointer | null;
	/** All of them must hold; otherwise the payload is ignored. */
	when: readonly PayloadCondition[];
	target: JsonPointer;
	/** The first one that holds a text is used. */
	reason: readonly JsonPointer[];
	/** Together these identify one event of the sender, so that a redelivery is recognised. */
	id: readonly JsonPointer[];
	/** What identified the event in an earlier release, whose claims last for 7 days; empty if unchanged. */
	formerId: readonly JsonPointer[];
	/** How many entries the sender left out of the payload; must be 0. */
	truncated: JsonPointer | null;
}

/** How a sender signs, as far as its scheme leaves it open. */
export interface SignatureSettings {
	header: string | null;
	algorithm: "sha1" | "sha256" | "sha384" | "sha512";
	encoding: "hex" | "base64";
	/** The text before the signature. */
	prefix: string;
	/** What is signed: a text with {body}, and with {timestamp} and {id} from their headers. */
	signed: string;
	timestampHeader: string | null;
	idHeader: string | null;
}

export interface Sender extends Grant {
	scheme: SchemeName;
	/** Newest first; all are tried. */
	secrets: readonly string[];
	signature: SignatureSettings;
	mapping: Mapping;
	acknowledge: readonly GuardName[];
	/** Only show what would be deleted. */
	dryRun: boolean;
}
