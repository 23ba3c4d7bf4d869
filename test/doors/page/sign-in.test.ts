// Signing in: nothing is shown before it, and only the person who signed in gets through.
import fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import { localPath } from "../../../src/doors/page/stranger.tsx";
import { call, cloudflare, origin } from "../../harness.ts";
import { cdn25, resetAll } from "../account.ts";
import { sha256 } from "../configured.ts";
import { hiddenIn, readable, signedIn, visitor } from "./visitor.ts";

afterEach(async () => {
	vi.useRealTimers();
	await resetAll();
});

const pages = ["/", "/?state=deleted", "/records/7zzzzzzzzzzzzzzzzzzzzzzzzz", "/account", "/account/203.0.113.128/25"];
const others = ["/export.csv", "/export.ndjson"];

describe("a stranger", () => {
	it.each([...pages, ...others])("sees only the sign-in form at %s", async (path) => {
		await call(`/bindings/${cdn25}`, { method: "DELETE" });
		await cloudflare.forgetLog();
		const { status, text, headers } = await visitor().get(path);
		expect([status, headers.get("www-authenticate")]).toEqual([401, 'Bearer realm="unbind"']);
		expect(readable(text)).toMatch(/^ Sign in Token Sign in unbind's operator creates tokens/);
		expect(hiddenIn(text, "/sign-in")).toEqual({ to: pages.includes(path) ? path.replaceAll("&", "&amp;") : "/" });
		expect(text).not.toMatch(/203\.0\.113\.128\/25<|c01d|sandbox/);
		expect(await cloudflare.calls()).toEqual([]);
	});

	it.each([
		["/records/7zzzzzzzzzzzzzzzzzzzzzzzzz/restore", "/records/7zzzzzzzzzzzzzzzzzzzzzzzzz"],
		["/account/203.0.113.128/25", "/account/203.0.113.128/25?reason=x"],
		["/freeze-switch", "/account?reason=x"],
		["/sign-out", "/"],
	])("changes nothing at %s, and signing in leads back to the page it came from", async (path, to) => {
		const { status, text } = await visitor().post(path, { turn: "on", reason: "x" });
		expect([status, hiddenIn(text, "/sign-in").to]).toEqual([401, to]);
		expect(readable(text)).toContain("Your session ended, so nothing was done.");
		expect((await call("/freeze")).json.frozen).toBe(false);
	});

	it("gets one reload after a link from another site, so that the cookie is sent", async () => {
		const link = { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate" };
		expect((await visitor().get("/", link)).text).toContain('<meta http-equiv="refresh" content="0">');
		for (const site of ["same-origin", "none"]) {
			expect((await visitor().get("/", { ...link, "sec-fetch-site": site })).text).not.toContain("http-equiv");
		}
	});

	it("gets the status alone from a HEAD", async () => {
		const answer = await call("/", { method: "HEAD", token: null });
		expect([answer.status, answer.text]).toEqual([401, ""]);
	});
});

describe("signing in", () => {
	it("leads to the requested page, with a cookie that no script can read and no other site can send", async () => {
		const answer = await visitor().post("/sign-in", { token: " unbind_sandbox ", to: "/?state=deleted" });
		expect([answer.status, answer.location]).toEqual([303, "/?state=deleted"]);
		const cookie = answer.headers.get("set-cookie") ?? "";
		expect(cookie).toMatch(
			/^__Host-unbind=sandbox\.\d{13}\.[\w-]{43}; Max-Age=28800; Path=\/; HttpOnly; Secure; SameSite=Strict$/,
		);
		expect(cookie).not.toContain("unbind_sandbox");
	});

	it.each([
		["//evil.example"],
		["/\\evil.example"],
		["https://evil.example/"],
		["/\t/evil.example"],
		["javascript:alert(1)"],
		["\\\\evil.example"],
		["account"],
		["/%0d%0aset-cookie:x=1\r\nx: y"],
	])("leads nowhere but to unbind itself: %j", async (to) => {
		const { location } = await visitor().post("/sign-in", { token: "unbind_sandbox", to });
		expect(new URL(location ?? "", origin).origin).toBe(origin);
		expect(location).toBe("/");
	});

	it("refuses a wrong token, and remembers the requested page", async () => {
		const answer = await visitor().post("/sign-in", { token: "unbind_sandboX", to: "/account" });
		expect([answer.status, answer.headers.get("set-cookie")]).toEqual([401, null]);
		expect(readable(answer.text)).toContain("That token isn't valid.");
		expect(hiddenIn(answer.text, "/sign-in")).toEqual({ to: "/account" });
		expect(answer.text).not.toContain("unbind_sandboX");
	});

	it("stops after twenty wrong tokens per minute from an address, but accepts a right one", async () => {
		const address = { "cf-connecting-ip": "192.0.2.77" };
		const guess = () => visitor().post("/sign-in", { token: "guess" }, address);
		let answer = await guess();
		let wrong = 0;
		for (; answer.status === 401; answer = await guess()) wrong++;
		expect([answer.status, answer.headers.get("retry-after")]).toEqual([429, "60"]);
		// If the minute changed in between, the count started over.
		expect(wrong).toBeGreaterThanOrEqual(20);
		expect(wrong).toBeLessThan(40);
		expect((await visitor().post("/sign-in", { token: "unbind_sandbox" }, address)).status).toBe(303);
	});

	it.each([
		["a form on another site", { origin: "https://evil.example", "sec-fetch-site": "cross-site" }, 403],
		["a page that hides its origin", { origin: "null" }, 403],
	])("is refused from %s", async (_, headers, status) => {
		const answer = await visitor().post("/sign-in", { token: "unbind_sandbox" }, headers);
		expect([answer.status, answer.headers.get("set-cookie")]).toEqual([status, null]);
	});

	it("accepts a form and nothing else", async () => {
		const answer = await visitor().post("/sign-in", { token: "unbind_sandbox", more: "x" });
		expect([answer.status, answer.headers.get("set-cookie")]).toEqual([400, null]);
		expect((await call("/sign-in", { method: "POST", json: {}, headers: { origin } })).status).toBe(400);
	});

	it("signing out removes the cookie", async () => {
		const answer = await (await signedIn()).submit("/", "/sign-out");
		expect([answer.status, answer.location]).toEqual([303, "/"]);
		expect(answer.headers.get("set-cookie")).toBe(
			"__Host-unbind=; Max-Age=0; Path=/; HttpOnly; Secure; SameSite=Strict",
		);
	});
});

describe("a session", () => {
	const open = async (cookie: string, settings?: Record<string, unknown>) =>
		(await visitor(cookie, settings).get("/")).status;

	it("lasts eight hours", async () => {
		const { cookie } = await signedIn();
		const startMs = Date.now();
		vi.useFakeTimers({ toFake: ["Date"], now: startMs + 8 * 3_600_000 - 5000 });
		expect(await open(cookie)).toBe(200);
		vi.setSystemTime(startMs + 8 * 3_600_000 + 1000);
		expect(await open(cookie)).toBe(401);
	});

	it("is found among other cookies", async () => {
		const { cookie } = await signedIn();
		expect(await open(`a=b; ${cookie}; __Host-unbind2=x`)).toBe(200);
	});

	it("ends with any change to the cookie", async () => {
		const { cookie } = await signedIn("unbind_sandbox_approver");
		const value = cookie.slice(cookie.indexOf("=") + 1);
		const [name = "", expiry = "", seal = ""] = value.split(".");
		for (const forged of [
			`sandbox.${expiry}.${seal}`,
			`${name}.${Number(expiry) + 1}.${seal}`,
			`${name}.${expiry}.${seal.slice(0, -1)}${seal.endsWith("A") ? "Q" : "A"}`,
			`${name}.${expiry}.`,
			`${name}.${expiry}`,
			`nobody.${expiry}.${seal}`,
			"",
			"....",
			`${"x".repeat(5000)}.${expiry}.${seal}`,
		])
			expect(await open(`__Host-unbind=${forged}`), forged).toBe(401);
		expect(await open(`unbind=${value}`)).toBe(401);
		expect(await open(cookie)).toBe(200);
	});

	it("ends when the token or unbind's own credential changes", async () => {
		const { cookie } = await signedIn();
		const holder = (token: string) => ({
			TOKENS: JSON.stringify({ sandbox: { sha256: sha256(token), scopes: ["read"] } }),
		});
		expect(await open(cookie, holder("unbind_sandbox"))).toBe(200);
		expect(await open(cookie, holder("another"))).toBe(401);
		expect(await open(cookie, { CLOUDFLARE_API_TOKEN: "another" })).toBe(401);
	});

	it("gives no access to the API, and a token gives none to the page", async () => {
		const { cookie } = await signedIn();
		expect((await call("/deletions", { token: null, headers: { cookie } })).status).toBe(401);
		expect((await call("/")).status).toBe(401);
	});

	it("has the scopes of its token, and shows nothing without read", async () => {
		const TOKENS = JSON.stringify({ ci: { sha256: sha256("t"), scopes: ["delete"] } });
		const session = await signedIn("t", { TOKENS });
		for (const path of [...pages, ...others]) expect((await session.get(path)).status, path).toBe(403);
		expect(readable((await session.get("/")).text)).toContain('ci lacks the scope "read".');
	});
});

it("every page has the strictest headers a browser supports", async () => {
	const session = await signedIn();
	for (const { headers } of [await visitor().get("/"), await session.get("/"), await session.get("/account/nothing")]) {
		expect(Object.fromEntries(headers)).toMatchObject({
			"cache-control": "no-store",
			"content-security-policy":
				"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
			"content-type": "text/html; charset=utf-8",
			"cross-origin-opener-policy": "same-origin",
			"referrer-policy": "same-origin",
			"strict-transport-security": "max-age=31536000",
			"x-content-type-options": "nosniff",
		});
	}
});

const here = "https://unbind.example.com/sign-in";

describe("the page after signing in", () => {
	it.each([
		["/"],
		["/account"],
		["/account/2001:db8::/48"],
		["/?state=-refused&q=a%20b"],
		["/records/7zzzzzzzzzzzzzzzzzzzzzzzzz"],
	])("is the requested one: %s", (path) => expect(localPath(path, here)).toBe(path));

	it("has no fragment, which only concerns the browser", () => expect(localPath("/account#x", here)).toBe("/account"));

	it("is always one of unbind's own, whatever was requested", () => {
		const parts = fc.constantFrom(
			"/",
			"\\",
			"//",
			"@",
			":",
			"https:",
			"evil.example",
			".",
			"..",
			"\t",
			"\n",
			" ",
			"%2f",
			"?",
			"#",
		);
		const texts = fc.oneof(
			fc.array(parts, { maxLength: 6 }).map((some) => some.join("")),
			fc.string({ unit: "binary" }),
		);
		fc.assert(
			fc.property(texts, (text) => {
				const path = localPath(text, here);
				expect(path.startsWith("/")).toBe(true);
				expect(path.startsWith("//")).toBe(false);
				expect(new URL(path, here).origin).toBe("https://unbind.example.com");
			}),
			{ numRuns: 2000 },
		);
	});
});
