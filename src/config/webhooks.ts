// The setting WEBHOOKS: who may send webhooks, how each sender proves its identity, and where its payload names what to
// delete. A preset fills in what the sender's documentation says about its payloads.

import * as v from "valibot";
import { folded } from "../deletion/record/actor.ts";
import { guardNames } from "../deletion/record/verdict.ts";
import { type JsonPointer, parsePointer, pointerText } from "../json-pointer.ts";
import { type Entries, readEntries } from "./entries.ts";
import { cidrList, matching, oneOf, scopeList, secretName, table } from "./fields.ts";
import { type ConfigProblem, partIn, problemIn } from "./problem.ts";
import { readSecrets, type SecretValues } from "./secrets.ts";
import { type SchemeName, type Sender, schemeNames } from "./sender.ts";

const pointer = v.pipe(
	v.string("must be text"),
	v.check(
		(text) => parsePointer(text) !== null,
		"must be a JSON pointer (RFC 6901), such as /labels/binding, or #/status for one into the whole payload",
	),
);
const headerName = matching(/^[\w-]{1,64}$/, "must be a header's name");
const plainValue = v.union([v.string(), v.number(), v.boolean()], "must be text, a number, true or false");

const sender = v.strictObject({
	scheme: oneOf(schemeNames),
	secret: secretName("GRAFANA_SECRET"),
	label: v.optional(v.pipe(v.string(), v.nonEmpty("must not be empty"))),
	target: v.optional(pointer),
	reason: v.optional(pointer),
	each: v.optional(pointer),
	id: v.optional(pointer),
	when: v.optional(
		v.pipe(
			table("must be a table of pointers and values"),
			v.record(
				pointer,
				v.union(
					[plainValue, v.pipe(v.array(plainValue), v.nonEmpty("must not be empty"))],
					"must be a value or a list of values",
				),
			),
		),
		{},
	),
	acknowledge: v.optional(v.array(oneOf(guardNames)), []),
	scopes: v.optional(scopeList, ["delete"]),
	ranges: v.optional(cidrList, []),
	dry_run: v.optional(v.boolean("must be true or false"), false),
	header: v.optional(headerName),
	algorithm: v.optional(v.picklist(["sha1", "sha256", "sha384", "sha512"], "must be sha1, sha256, sha384 or sha512")),
	encoding: v.optional(v.picklist(["hex", "base64"], "must be hex or base64")),
	prefix: v.optional(v.pipe(v.string(), v.maxLength(32, "is too long"))),
	signed: v.optional(v.string("must be text")),
	timestamp_header: v.optional(headerName),
	id_header: v.optional(headerName),
});
type SenderSettings = v.InferOutput<typeof sender>;

const oneSender = v.record(
	matching(/^[a-z0-9][a-z0-9_-]{0,62}$/, "a sender's name may only contain a-z, 0-9, - and _"),
	sender,
);

interface Preset {
	each?: string;
	when?: Record<string, string>;
	target(label: string): string;
	reason: string[];
	id: string[];
	formerId?: string[];
	truncated?: string;
}

const alerts: Preset = {
	each: "/alerts",
	when: { "/status": "firing" },
	target: (label) => pointerText("/labels", label),
	reason: ["/annotations/summary", "/annotations/description", "/labels/alertname"],
	// Without the group key: that changes with the routes, while the alert is still firing.
	id: ["#/orgId", "/fingerprint", "/startsAt", "/status"],
	formerId: ["#/groupKey", "#/orgId", "/fingerprint", "/startsAt", "/status"],
	truncated: "#/truncatedAlerts",
};

const presets: Partial<Record<SchemeName, Preset>> = {
	alertmanager: alerts,
	grafana: alerts,
	pagerduty: {
		when: { "/event/event_type": "incident.triggered" },
		target: (label) => pointerText("/event/data", label),
		reason: ["/event/data/title"],
		id: ["/event/id"],
	},
};

/** The signature settings that a scheme leaves open. */
const openSettings: Partial<Record<SchemeName, readonly (keyof SenderSettings)[]>> = {
	hmac: ["header", "algorithm", "encoding", "prefix", "signed", "timestamp_header", "id_header"],
	grafana: ["header", "timestamp_header"],
};
const signatureSettings = openSettings.hmac ?? [];

interface Senders extends Entries {
	/** The senders that could be read. A problem may still close one. */
	senders: Sender[];
	warnings: ConfigProblem[];
}

export function readSenders(value: unknown, secrets: SecretValues): Senders {
	const senders: Sender[] = [];
	const warnings: ConfigProblem[] = [];
	const entries = readEntries(
		{
			setting: "WEBHOOKS",
			rule: "must be a table of senders",
			schema: oneSender,
			names: Object.keys(sender.entries),
			// Records may have the name in lower case: a faulty "Grafana" closes "grafana" too.
			meant: folded,
		},
		value,
		secrets,
		(name, one) => {
			const problems = contradictionsIn(one).map((rule) =>
				problemIn("WEBHOOKS", rule, { place: name, closes: [partIn("WEBHOOKS", name)] }),
			);
			const form = secretForms[one.scheme];
			const read = readSecrets({ setting: "WEBHOOKS", place: name, name: one.secret, form }, secrets);
			if (!read.ok) return [...problems, read.failure];
			warnings.push(...read.value.warnings);
			senders.push(senderOf(name, one, read.value.secrets));
			return problems;
		},
	);
	return { ...entries, senders, warnings };
}

const secretForms: Partial<Record<SchemeName, { pattern: RegExp; description: string }>> = {
	"standard-webhooks": {
		// Only canonical base64: the last character before a "=" must have no spare bits set.
		pattern:
			/^(?:whsec_(?:[A-Za-z0-9+/]{4}){8,20}(?:(?:[A-Za-z0-9+/]{4})?(?:[A-Za-z0-9+/][AQgw]==)?|[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048]=)|whpk_[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=)$/,
		description: "whsec_ with 24 to 64 bytes in base64, or whpk_ with a public key",
	},
	alertmanager: { pattern: /^[\x21-\x7e]+$/, description: "a token, or user:password, without spaces" },
	"cloudflare-notifications": { pattern: /^[\x21-\x7e]+$/, description: "text without spaces" },
	bearer: { pattern: /^[\x21-\x7e]+$/, description: "a token without spaces" },
};

function contradictionsIn(one: SenderSettings): string[] {
	const preset = presets[one.scheme];
	const { signed = "{body}" } = one;
	const open = openSettings[one.scheme] ?? [];
	const closed = signatureSettings.filter((setting) => one[setting] !== undefined && !open.includes(setting));
	const wrong: (string | false)[] = [
		closed.length > 0 && `the scheme ${one.scheme} does not allow setting ${closed.join(", ")}`,
		preset === undefined && one.label !== undefined && `the scheme ${one.scheme} has no labels; name a target`,
		preset !== undefined &&
			one.label === undefined &&
			one.target === undefined &&
			"name the label that holds the target",
		preset === undefined && one.target === undefined && "name the target, such as /target",
		one.label !== undefined && one.target !== undefined && "name a label or a target, not both",
		one.scheme === "hmac" && one.header === undefined && "name the header that holds the signature",
		signed.split("{body}").length !== 2 &&
			"signed must contain {body} exactly once, or part of the message is not protected",
		partsRunTogether(signed) && "signed needs a delimiter between its parts, as in {id}.{timestamp}.{body}",
		signed.includes("{timestamp}") !== (one.timestamp_header !== undefined) &&
			one.scheme === "hmac" &&
			"use {timestamp} in signed exactly when timestamp_header is set",
		signed.includes("{id}") !== (one.id_header !== undefined) && "use {id} in signed exactly when id_header is set",
	];
	return wrong.filter((text) => text !== false);
}

/** Without a delimiter, characters can move between parts: "evt10" + "0T" has the same signature as "evt100" + "T". */
const partsRunTogether = (signed: string): boolean =>
	signed
		.split(/\{(?:id|timestamp|body)\}/)
		.slice(1, -1)
		.some((between) => !/[^A-Za-z0-9]/.test(between));

function senderOf(name: string, one: SenderSettings, secrets: readonly string[]): Sender {
	const preset = presets[one.scheme];
	const label = one.label ?? "";
	return {
		name,
		scheme: one.scheme,
		secrets,
		signature: {
			header: one.header?.toLowerCase() ?? null,
			algorithm: one.algorithm ?? "sha256",
			encoding: one.encoding ?? "hex",
			prefix: one.prefix ?? "",
			signed: one.signed ?? "{body}",
			timestampHeader: one.timestamp_header?.toLowerCase() ?? null,
			idHeader: one.id_header?.toLowerCase() ?? null,
		},
		mapping: {
			each: pointerIn(one.each ?? preset?.each),
			when: Object.entries({ ...preset?.when, ...one.when }).flatMap(([text, is]) => {
				const at = parsePointer(text);
				return at === null ? [] : [{ at, is: Array.isArray(is) ? is : [is] }];
			}),
			target: pointerIn(one.target ?? preset?.target(label)) ?? { of: "element", path: [] },
			reason: pointersIn(one.reason === undefined ? preset?.reason : [one.reason]),
			id: pointersIn(one.id === undefined ? preset?.id : [one.id]),
			formerId: pointersIn(one.id === undefined ? preset?.formerId : []),
			truncated: pointerIn(preset?.truncated),
		},
		acknowledge: one.acknowledge,
		scopes: one.scopes,
		ranges: one.ranges,
		dryRun: one.dry_run,
	};
}

const pointerIn = (text: string | undefined): JsonPointer | null => (text === undefined ? null : parsePointer(text));

const pointersIn = (texts: readonly string[] = []): JsonPointer[] => texts.flatMap((text) => parsePointer(text) ?? []);
