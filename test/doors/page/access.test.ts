// Cloudflare Access in front of the page: people it names get in, as far as the configuration allows. A claim without
// proof does not.

import { generateKeyPair, SignJWT, UnsecuredJWT } from "jose";
import { afterEach, describe, expect, it } from "vitest";
import { call, cloudflare } from "../../harness.ts";
import { configureLedger } from "../../lifecycle/configured-ledger.ts";
import { remove } from "../../lifecycle/people.ts";
import { documentedCaller, resetAll } from "../account.ts";
import { readable, signedIn, visitor } from "./visitor.ts";

afterEach(resetAll);

const team = "unbind.cloudflareaccess.com";
const audience = "a1".repeat(32);
const everywhere = ["0.0.0.0/0", "::/0"];
const settings = {
	ACCESS: {
		team,
		audience,
		users: {
			"alice@example.com": { scopes: ["read", "delete", "approve", "restore", "freeze"], ranges: everywhere },
			"bob@example.com": { scopes: ["read"] },
			[documentedCaller.name]: { scopes: ["read", "approve"], ranges: everywhere },
		},
	},
};
const nowSeconds = Math.floor(Date.now() / 1000);
const claims = (change: object = {}) => ({
	iss: `https://${team}`,
	aud: [audience],
	email: "alice@example.com",
	iat: nowSeconds,
	exp: nowSeconds + 600,
	...change,
});
const withAssertion = (assertion: string) => ({ "cf-access-jwt-assertion": assertion });
const open = async (assertion: string, path = "/", more: object = {}) =>
	visitor("", { ...settings, ...more }).get(path, withAssertion(assertion));

describe("a person Access names", () => {
	it("gets in by their e-mail", async () => {
		const { status, text } = await open(await cloudflare.assertion(claims()));
		expect(status).toBe(200);
		expect(text).toContain("alice@example.com");
		expect(text).toContain('href="/cdn-cgi/access/logout"');
	});

	it("is recognised in capital letters", async () => {
		expect((await open(await cloudflare.assertion(claims({ email: "Alice@Example.com" })))).status).toBe(200);
	});

	it("is an actor with the configured scopes and ranges", async () => {
		await configureLedger(settings);
		const headers = withAssertion(await cloudflare.assertion(claims()));
		const plan = "/account/203.0.113.128/25";
		const page = (await visitor("", settings).get(plan, headers)).text;
		const hidden = [...page.matchAll(/name="(form_token|key|if_match)" value="([^"]*)"/g)].map(([, name, value]) => [
			name,
			value,
		]);
		const { location } = await visitor("", settings).post(plan, Object.fromEntries(hidden), headers);
		const { json } = await call(`/deletions/${location?.split("/").at(-1)}`);
		expect(json).toMatchObject({ state: "deleted", actor: { name: "alice@example.com", door: "page" } });
		const bob = withAssertion(await cloudflare.assertion(claims({ email: "bob@example.com" })));
		expect(readable((await visitor("", settings).get("/account/203.0.113.0/26", bob)).text)).toContain(
			"you lack the scope",
		);
	});

	it("is the caller of the same name in TOKENS, and is not offered their own request to approve", async () => {
		const { json } = await remove("198.51.100.0/24", "?acknowledge=leaves_no_service", documentedCaller.token);
		const path = `/records/${json.id}`;
		const offered = async (email: string) =>
			(await open(await cloudflare.assertion(claims({ email })), path)).text.includes(`${path}/approve`);
		expect([await offered(documentedCaller.name), await offered("alice@example.com")]).toEqual([false, true]);
	});

	it("is not matched by a name with the Kelvin sign for k", async () => {
		const users = { "ken@example.com": { scopes: ["read"] } };
		const ken = { ACCESS: { ...settings.ACCESS, users } };
		const statusOf = async (email: string) =>
			(await open(await cloudflare.assertion(claims({ email })), "/", ken)).status;
		expect([await statusOf("Ken@example.com"), await statusOf("\u212aen@example.com")]).toEqual([200, 403]);
	});

	it("sees only that the configuration does not name them", async () => {
		const { status, text } = await open(await cloudflare.assertion(claims({ email: "eve@example.com" })));
		expect(status).toBe(403);
		expect(readable(text)).toContain("signed you in as eve@example.com, but unbind's configuration does not list you");
		expect(text).not.toContain("History");
	});
});

describe("an assertion", () => {
	const foreign = generateKeyPair("RS256");
	const signed = async (change: object, header: object = {}) =>
		new SignJWT(claims(change))
			.setProtectedHeader({ alg: "RS256", kid: "sandbox", ...header })
			.sign((await foreign).privateKey);

	it.each<[string, () => string | Promise<string>]>([
		["of another team", () => cloudflare.assertion(claims({ iss: "https://evil.cloudflareaccess.com" }))],
		["for another application", () => cloudflare.assertion(claims({ aud: ["b2".repeat(32)] }))],
		["without an audience", () => cloudflare.assertion(claims({ aud: undefined }))],
		["that has expired", () => cloudflare.assertion(claims({ exp: nowSeconds - 5 }))],
		["that never expires", () => cloudflare.assertion(claims({ exp: undefined }))],
		["that is not valid yet", () => cloudflare.assertion(claims({ nbf: nowSeconds + 600 }))],
		[
			"of a service, which has no e-mail",
			() => cloudflare.assertion(claims({ email: undefined, common_name: "x.access" })),
		],
		["whose e-mail is not one", () => cloudflare.assertion(claims({ email: ["alice@example.com"] }))],
		["with another's key", () => signed({})],
		["with a key that is not Access's", () => signed({}, { kid: "other" })],
		["with a key of its own", () => signed({}, { jwk: { kty: "RSA" }, jku: "https://evil.example/certs" })],
		["without a signature", () => new UnsecuredJWT(claims()).encode()],
		[
			"by a shared secret",
			() => new SignJWT(claims()).setProtectedHeader({ alg: "HS256", kid: "sandbox" }).sign(new Uint8Array(32)),
		],
		["that is not one", () => "x.y.z"],
		["that is empty", () => ""],
	])("%s is refused", async (_, make) => {
		const { status, text } = await open(await make());
		expect(status).toBe(401);
		expect(readable(text)).toContain("Access denied");
	});

	it("is refused if it was altered in transit", async () => {
		const [header, , signature] = (await cloudflare.assertion(claims({ email: "bob@example.com" }))).split(".");
		const body = btoa(JSON.stringify(claims())).replaceAll("=", "");
		expect((await open(`${header}.${body}.${signature}`)).status).toBe(401);
	});

	it("gets 503 while the keys cannot be fetched", async () => {
		const other = { ACCESS: { ...settings.ACCESS, team: "unreachable.cloudflareaccess.com" } };
		const { status, text } = await open(await cloudflare.assertion(claims()), "/", other);
		expect(status).toBe(503);
		expect(readable(text)).toContain("unbind could not fetch Cloudflare Access's keys.");
	});
});

describe("with Access in front, a token", () => {
	it("is refused, as a session and in the form", async () => {
		const { cookie } = await signedIn();
		const { status, text } = await visitor(cookie, settings).get("/");
		expect(status).toBe(401);
		expect(text).not.toContain("/sign-in");
		const answer = await visitor("", settings).post("/sign-in", { token: "unbind_sandbox" });
		expect([answer.status, answer.headers.get("set-cookie")]).toEqual([404, null]);
	});

	it("an assertion does not count when Access is not configured", async () => {
		const assertion = await cloudflare.assertion(claims());
		expect((await visitor().get("/", withAssertion(assertion))).status).toBe(401);
	});
});
