// One who sends webhooks, as the code uses it: how it proves that it is the sender, and what its payloads say where.
import type { Scope } from "../deletion/record/actor.ts";
import type { GuardName } from "../deletion/record/verdict.ts";
import type { JsonPointer } from "../json-pointer.ts";

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

export interface Condition {
	at: JsonPointer;
	/** Any of them. */
	is: readonly (string | number | boolean)[];
}

/** From a payload to deletions. */
export interface Mapping {
	/** A list of which each element is one deletion; null: the payload is one. */
	each: JsonPointer | null;
	/** All have to hold, or nothing is to be done. */
	when: readonly Condition[];
	target: JsonPointer;
	/** The first that has a text. */
	reason: readonly JsonPointer[];
	/** What together names one event of the sender's, so that it is known again. */
	id: readonly JsonPointer[];
	/** What named it in an earlier release, whose claims are good for 7 days; empty if that has not changed. */
	formerId: readonly JsonPointer[];
	/** A count of what the sender left out of the payload; has to be 0. */
	truncated: JsonPointer | null;
}

/** How a sender signs, where its scheme leaves it open. */
export interface SignatureSettings {
	header: string | null;
	algorithm: "sha1" | "sha256" | "sha384" | "sha512";
	encoding: "hex" | "base64";
	/** What stands before the signature. */
	prefix: string;
	/** What is signed: a text with {body}, and {timestamp} and {id} out of their headers. */
	signed: string;
	timestampHeader: string | null;
	idHeader: string | null;
}

export interface Sender {
	name: string;
	scheme: SchemeName;
	/** The newest first; each is tried. */
	secrets: readonly string[];
	signature: SignatureSettings;
	mapping: Mapping;
	acknowledge: readonly GuardName[];
	scopes: readonly Scope[];
	/** A sender without any can delete nothing. */
	ranges: readonly string[];
	/** Only shows what it would do. */
	dryRun: boolean;
}
