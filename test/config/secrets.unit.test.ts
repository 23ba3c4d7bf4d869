// The secrets: callers' tokens, the Cloudflare credential and senders' secrets. No problem ever quotes any of them.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readConfig } from "../../src/config.ts";
import { digest, good, problemsOf, tokens, told } from "./a-config.ts";

describe("TOKENS", () => {
	it.each<[string, unknown]>([
		["is missing", undefined],
		["is empty", ""],
		["is not JSON", "ci"],
		["is null", "null"],
		["is a string", '"ci"'],
		["is a number", "7"],
		["names no one", "{}"],
		["is an empty list", "[]"],
		["is a list", JSON.stringify([{ sha256: digest, scopes: ["read"] }])],
		["has a name with a space", JSON.stringify({ "c i": { sha256: digest, scopes: ["read"] } })],
		["has no name", JSON.stringify({ "": { sha256: digest, scopes: ["read"] } })],
		["has a name that is too long", JSON.stringify({ ["n".repeat(65)]: { sha256: digest, scopes: ["read"] } })],
		["has a token instead of its digest", tokens({ sha256: "my-token" })],
		["has a digest in upper case", tokens({ sha256: digest.toUpperCase() })],
		["has no digest", tokens({ sha256: undefined })],
		["has no scopes", tokens({ scopes: undefined })],
		["has empty scopes", tokens({ scopes: [] })],
		["has an unknown scope", tokens({ scopes: ["admin"] })],
		["has scopes as a string", tokens({ scopes: "read" })],
		["has ranges with host bits", tokens({ ranges: ["203.0.113.1/24"] })],
		[
			"has an unknown member, such as a misspelt range that would allow everything",
			tokens({ range: ["203.0.113.0/24"] }),
		],
	])("is refused if it %s", (_, TOKENS) => {
		expect(problemsOf({ TOKENS })).toMatchObject([{ setting: "TOKENS" }]);
	});

	it("accepts empty ranges, which allow nothing", () => {
		expect(readConfig({ ...good, TOKENS: tokens({ ranges: [] }) })).toMatchObject({
			value: { tokenHolders: [{ ranges: [] }] },
		});
	});

	it("says where the problem is", () => {
		expect(told({ TOKENS: tokens({ scopes: ["read", "admin"] }) })).toEqual([
			expect.stringMatching(/^TOKENS \(scopes\.1\): must be one of read, delete, approve, restore, freeze$/),
		]);
	});

	it("is refused if two names have the same token", () => {
		const holder = { sha256: digest, scopes: ["read"] };
		expect(told({ TOKENS: JSON.stringify({ ci: holder, bob: holder }) })).toEqual([
			"TOKENS: two names have the same token, so unbind can't tell who is calling",
		]);
	});
});

describe("the credential", () => {
	const none = { CLOUDFLARE_API_TOKEN: undefined };
	const pair = { CLOUDFLARE_EMAIL: "ops@example.com", CLOUDFLARE_API_KEY: "key" };

	it("may be an email and a key if there is no token", () => {
		expect(readConfig({ ...good, ...none, ...pair })).toMatchObject({
			ok: true,
			value: { credential: { email: "ops@example.com", apiKey: "key" } },
		});
		expect(readConfig({ ...good, ...pair, CLOUDFLARE_API_TOKEN: "" })).toMatchObject({ ok: true });
	});

	it.each<[string, object, RegExp, string]>([
		["missing", none, /No Cloudflare credential/, "put CLOUDFLARE_API_TOKEN"],
		["empty", { CLOUDFLARE_API_TOKEN: "" }, /No Cloudflare credential/, "put CLOUDFLARE_API_TOKEN"],
		["a token and a pair", pair, /Both/, "delete CLOUDFLARE_EMAIL"],
		["a token beside a key alone", { CLOUDFLARE_API_KEY: "key" }, /Both/, "delete CLOUDFLARE_API_KEY"],
		["an email alone", { ...none, CLOUDFLARE_EMAIL: "a@b" }, /without CLOUDFLARE_API_KEY/, "put CLOUDFLARE_API_KEY"],
		["a key alone", { ...none, CLOUDFLARE_API_KEY: "key" }, /without CLOUDFLARE_EMAIL/, "put CLOUDFLARE_EMAIL"],
		["a token with a line break", { CLOUDFLARE_API_TOKEN: "token\n" }, /line breaks/, "put CLOUDFLARE_API_TOKEN"],
		["a token that is not a string", { CLOUDFLARE_API_TOKEN: 7 }, /must be ASCII text/, "put CLOUDFLARE_API_TOKEN"],
		["a key with a space", { ...none, ...pair, CLOUDFLARE_API_KEY: "a key" }, /spaces/, "put CLOUDFLARE_API_KEY"],
		["a token beyond ASCII", { CLOUDFLARE_API_TOKEN: "tökén" }, /must be ASCII text/, "put CLOUDFLARE_API_TOKEN"],
	])("is refused if it is %s, with the command that fixes it", (_, change, problem, fix) => {
		expect(problemsOf(change)).toEqual([
			{
				setting: "CLOUDFLARE_API_TOKEN",
				problem: expect.stringMatching(problem),
				fix: expect.stringContaining(`npx wrangler secret ${fix}`),
			},
		]);
	});
});

describe("a sender's secret", () => {
	const of = (scheme: string, A_SECRET: unknown) =>
		problemsOf({ WEBHOOKS: { sender: { scheme, secret: "A_SECRET", target: "/t" } }, A_SECRET });
	const bytes = (count: number) => Buffer.alloc(count, 7).toString("base64");
	const long = "a secret of some length";
	const short = "has a secret of fewer than 8 characters";

	it.each<[string, string, unknown, string]>([
		["is missing", "github", undefined, "the secret is missing"],
		["is empty", "github", "", "the secret is missing"],
		["is blank", "github", " \n \n", "the secret is empty"],
		["is a table", "github", { key: long }, "must be a secret, not a setting in wrangler.toml"],
		["is short", "github", "hunter2", short],
		["is short in its second line", "github", `${long}\nhunter2`, short],
		["is a token with a space", "bearer", long, "each line must be a token without spaces"],
		["is a header value with a space", "cloudflare-notifications", long, "each line must be text without spaces"],
		[
			"is invalid in a header",
			"alertmanager",
			"pässword1",
			"each line must be a token, or user:password, without spaces",
		],
	])("that %s is refused with that reason", (_, scheme, given, problem) => {
		expect(of(scheme, given)).toEqual([
			{
				setting: "A_SECRET",
				problem: `A_SECRET: ${problem}`,
				fix: expect.stringMatching(/^R.*: npx wrangler secret put A_SECRET$/),
			},
		]);
	});

	it.each([
		[long],
		[`whsec_${bytes(23)}`],
		[`whsec_${bytes(65)}`],
		[`whsec_${bytes(66)}`],
		[`whsec_${bytes(32)}=`],
		[`whsec_${bytes(32).replace(/.=$/, "d=")}`],
		[`whsec_${"-".repeat(32)}`],
		[`whsec ${bytes(32)}`],
		[`whpk_${bytes(31)}`],
		[`whpk_${bytes(33)}`],
		[`whpk_${bytes(32).replace(/.=$/, "d=")}`],
		[`whsk_${bytes(32)}`],
		[`whsec_${bytes(32)}\nwhpk_${bytes(31)}`],
	])("for Standard Webhooks cannot be %j", (given) => {
		const form = "each line must be whsec_ with 24 to 64 bytes in base64, or whpk_ with a public key";
		expect(of("standard-webhooks", given).map(({ problem }) => problem)).toEqual([`A_SECRET: ${form}`]);
	});

	it("for Standard Webhooks has 24 to 64 bytes or is a public key", () => {
		for (let count = 24; count <= 64; count++) expect(of("standard-webhooks", `whsec_${bytes(count)}`)).toEqual([]);
		expect(of("standard-webhooks", `whpk_${bytes(32)}\nwhsec_${bytes(24)}`)).toEqual([]);
	});

	it.each([
		["github", "eight 8s"],
		["github", "a phrase, with spaces and ünicode"],
		["hmac", `${long}\r\n\n  another one  \n`],
		["bearer", "a-token-of-8"],
		["cloudflare-notifications", "a=text,without.spaces"],
	])("for %s may be %j", (scheme, given) => {
		expect(of(scheme, given).map(({ setting }) => setting)).not.toContain("A_SECRET");
	});
});

describe("a problem", () => {
	const secret = fc.string({ unit: "grapheme-ascii", minLength: 12, maxLength: 70 }).map((text) => `s3cr3t${text}`);
	const quoted = (environment: object, value: string) => {
		const config = readConfig(environment);
		expect(config.ok).toBe(false);
		return JSON.stringify(config).includes(JSON.stringify(value).slice(1, -1));
	};

	/** Two senders, one of them named like a caller, so that there is always a problem. */
	const sendersWith = (scheme: string, A_SECRET: unknown) => {
		const sender = { scheme, secret: "A_SECRET", target: "/t" };
		return { WEBHOOKS: { ci: sender, sender }, A_SECRET };
	};

	it("never quotes a secret, wherever it was put by mistake", () => {
		const places: ((value: string) => object)[] = [
			(value) => ({ CLOUDFLARE_API_TOKEN: `${value} ` }),
			(value) => ({ CLOUDFLARE_API_TOKEN: value, CLOUDFLARE_API_KEY: value }),
			(value) => ({ CLOUDFLARE_API_TOKEN: undefined, CLOUDFLARE_EMAIL: value, CLOUDFLARE_API_KEY: `${value}\n` }),
			(value) => ({ CLOUDFLARE_API_TOKEN: undefined, CLOUDFLARE_API_KEY: value }),
			(TOKENS) => ({ TOKENS }),
			(value) => ({ TOKENS: JSON.stringify(value) }),
			(value) => ({ TOKENS: JSON.stringify([value]) }),
			(value) => ({ TOKENS: JSON.stringify({ ci: value }) }),
			(sha256) => ({ TOKENS: tokens({ sha256 }) }),
			(value) => ({ TOKENS: tokens({ scopes: [value] }) }),
			(scopes) => ({ TOKENS: tokens({ scopes }) }),
			(value) => ({ TOKENS: tokens({ ranges: [value] }) }),
			(token) => ({ TOKENS: tokens({ token }) }),
			...["github", "hmac", "grafana", "bearer", "standard-webhooks", "alertmanager", "none"].flatMap((scheme) => [
				(value: string) => sendersWith(scheme, `${value} \u00fc`),
				(value: string) => sendersWith(scheme, `${value}\nshort`),
				(value: string) => sendersWith(scheme, { value }),
			]),
		];
		fc.assert(
			fc.property(secret, fc.constantFrom(...places), (value, place) => {
				expect(quoted({ ...good, ...place(value) }, value)).toBe(false);
			}),
			{ numRuns: 1000 },
		);
	});

	it("never quotes a token that was put in place of its name", () => {
		fc.assert(
			fc.property(
				fc.stringMatching(/^[\w-]{40,60}$/),
				fc.constantFrom("ci", 7, { scopes: ["read"] }),
				(token, holder) => {
					expect(quoted({ ...good, TOKENS: JSON.stringify({ [token]: holder }) }, token)).toBe(false);
				},
			),
		);
	});
});
