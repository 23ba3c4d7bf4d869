// Every scheme in every form that its settings allow, each with two secrets. Tests of proofs run over all of them.
import { type Signing, signed } from "../../../scripts/sign.ts";
import type { SignatureSettings } from "../../../src/config/sender.ts";
import { prove } from "../../../src/doors/auth/proof.ts";
import { discord, mattermost, type Scheme, schemeOf, slack } from "../../../src/doors/auth/schemes.ts";

export interface Secret {
	/** As it is in the configuration. */
	checks: string;
	/** What the sender signs with: the same, except for a key pair. */
	signs: string;
}

export interface Row {
	name: string;
	scheme: Scheme;
	secret: Secret;
	another: Secret;
}

export const unset: SignatureSettings = {
	header: null,
	algorithm: "sha256",
	encoding: "hex",
	prefix: "",
	signed: "{body}",
	timestampHeader: null,
	idHeader: null,
};

const text = (secret: string): Secret => ({ checks: secret, signs: secret });
const texts = { secret: text("the secret of this sender"), another: text("the secret of another") };
const tokens = { secret: text("a-token-of-this-sender"), another: text("a-token-of-another-one") };

/** RFC 8032, section 7.1: the tests 1 and 2. */
export const seeds = {
	one: "nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=",
	two: "TM0Imyj/ltqdtsNG7BFOD1uKMZ81q6Yk2oz27U+4pvs=",
};
export const publicKeys = {
	one: "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=",
	two: "PUAXw+hDiVqStwqnTRt+vJyYLM8uxJaMwM1V8Sr0Zgw=",
};
const hexOf = (base64: string): string => Buffer.from(base64, "base64").toString("hex");

const standard = schemeOf("standard-webhooks", unset);
const hmac = (more: Partial<SignatureSettings>): Scheme =>
	schemeOf("hmac", { ...unset, header: "x-signature", ...more });

export const everyScheme: Row[] = [
	{
		name: "standard-webhooks v1",
		scheme: standard,
		secret: text("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
		another: text("whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"),
	},
	{
		name: "standard-webhooks v1a",
		scheme: standard,
		secret: { checks: `whpk_${publicKeys.one}`, signs: `whsk_${seeds.one}` },
		another: { checks: `whpk_${publicKeys.two}`, signs: `whsk_${seeds.two}` },
	},
	{ name: "github", scheme: schemeOf("github", unset), ...texts },
	{ name: "grafana, the body alone", scheme: schemeOf("grafana", unset), ...texts },
	{
		name: "grafana, with a timestamp",
		scheme: schemeOf("grafana", { ...unset, header: "x-mine", timestampHeader: "x-mine-at" }),
		...texts,
	},
	{ name: "pagerduty", scheme: schemeOf("pagerduty", unset), ...texts },
	{ name: "alertmanager, a token", scheme: schemeOf("alertmanager", unset), ...tokens },
	{
		name: "alertmanager, a user and a password",
		scheme: schemeOf("alertmanager", unset),
		secret: text("alertmanager:a-password"),
		another: text("alertmanager:another-one"),
	},
	{ name: "cloudflare-notifications", scheme: schemeOf("cloudflare-notifications", unset), ...tokens },
	{ name: "bearer", scheme: schemeOf("bearer", unset), ...tokens },
	{ name: "hmac", scheme: hmac({}), ...texts },
	{ name: "hmac, sha1 in base64", scheme: hmac({ algorithm: "sha1", encoding: "base64" }), ...texts },
	{ name: "hmac, sha384 after a prefix", scheme: hmac({ algorithm: "sha384", prefix: "sha384=" }), ...texts },
	{
		name: "hmac, sha512 over timestamp, body and id",
		scheme: hmac({
			algorithm: "sha512",
			encoding: "base64",
			signed: "v9:{timestamp}:{body}:{id}",
			timestampHeader: "x-at",
			idHeader: "x-id",
		}),
		...texts,
	},
	{ name: "hmac, in Authorization", scheme: hmac({ header: "authorization", prefix: "HMAC " }), ...texts },
	{ name: "slack", scheme: slack, ...texts },
	{
		name: "discord",
		scheme: discord,
		secret: { checks: hexOf(publicKeys.one), signs: `seed:${seeds.one}` },
		another: { checks: hexOf(publicKeys.two), signs: `seed:${seeds.two}` },
	},
	{ name: "mattermost", scheme: mattermost, ...tokens },
];

/** The sender presents the secret itself and signs nothing. */
export const isShared = ({ scheme }: Row): boolean =>
	Object.values(scheme.spellings).every(({ algorithm }) => algorithm === "shared");

export function rowOf(name: string): Row {
	const row = everyScheme.find((one) => one.name === name);
	if (row === undefined) throw new Error(`there is no row ${name}`);
	return row;
}

export const atSeconds = 1_700_000_000;
export const body = '{"target": "203.0.113.128/25"}';

/** The headers that prove a message, as its sender writes them. */
export const proofOf = (
	{ scheme, secret }: Row,
	message: string | Uint8Array = body,
	more: Partial<Signing> = {},
): Record<string, string> =>
	signed(message, { scheme, secret: secret.signs, messageId: "msg_1", timestampSeconds: atSeconds, ...more });

export const bytesOf = (message: string | Uint8Array): Uint8Array =>
	typeof message === "string" ? new TextEncoder().encode(message) : message;

/** "proven", or why not. */
export async function outcome(
	scheme: Scheme,
	secrets: string[],
	headers: Record<string, string>,
	message: string | Uint8Array = body,
	nowSeconds = atSeconds,
): Promise<string> {
	const proof = await prove(scheme, secrets, new Headers(headers), bytesOf(message), nowSeconds * 1000);
	return proof.ok ? "proven" : proof.failure;
}

export const outcomeOf = (row: Row, headers: Record<string, string>, message: string | Uint8Array = body) =>
	outcome(row.scheme, [row.secret.checks], headers, message);
