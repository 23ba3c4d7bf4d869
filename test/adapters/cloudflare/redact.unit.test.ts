// Promise 8 where it is hardest to keep: Cloudflare's answers are stored and shown, and one could echo the credential.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { interpret } from "../../../src/adapters/cloudflare/interpret.ts";
import { createRedactor } from "../../../src/adapters/cloudflare/redact.ts";

const secret = "v1.0-7bD_xK4+q/Zm3RtYw9=fGhJkLnPsVuXc2E";
const redact = createRedactor({ apiToken: secret });
const escapedJson = (text: string) =>
	[...text].map((letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`).join("");
const percent = (text: string) => [...text].map((letter) => `%${letter.charCodeAt(0).toString(16)}`).join("");
const base64 = (text: string) => Buffer.from(text, "latin1").toString("base64");

const spellings: [string, (text: string) => string][] = [
	["in plain text", (text) => text],
	["in JSON's escapes", escapedJson],
	["in JSON's escapes, twice", (text) => escapedJson(escapedJson(text))],
	["percent-encoded", encodeURIComponent],
	["percent-encoded in full", percent],
	["percent-encoded, twice", (text) => percent(percent(text))],
	["in HTML references", (text) => [...text].map((letter) => `&#${letter.charCodeAt(0)};`).join("")],
	[
		"in hexadecimal HTML references",
		(text) => [...text].map((letter) => `&#x${letter.charCodeAt(0).toString(16)};`).join(""),
	],
	["in base64", base64],
	["in base64, after one letter", (text) => base64(`:${text} and more`)],
	["in base64, after two letters", (text) => base64(`a:${text} and more`)],
	["in base64url", (text) => base64(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "")],
	["in hex", (text) => Buffer.from(text).toString("hex")],
	["in capitals", (text) => text.toUpperCase()],
	["in a header", (text) => `Authorization: Bearer ${text}`],
	["in two bytes per letter", (text) => Buffer.from(text, "utf16le").toString("latin1")],
	["with zero-width spaces", (text) => [...text].join("\u200b")],
	["across two lines", (text) => `${text.slice(0, 10)}\n${text.slice(10)}`],
];

/** Whether a value still contains the secret in any form that the redactor can decode. */
const says = (value: unknown): boolean =>
	JSON.stringify(value).length > 0 && JSON.stringify(value) !== JSON.stringify(redact(value));

describe("the credential in an answer", () => {
	it.each(spellings)("is redacted %s", (_, spelt) => {
		const text = `You sent ${spelt(secret)}. Don't.`;
		const [kept] = redact([text]) as [string];
		expect(kept).toContain("[redacted]");
		expect(kept).not.toContain(spelt(secret));
		expect(redact({ errors: [{ [text]: { deep: [text] } }] })).toEqual({ errors: [{ [kept]: { deep: [kept] } }] });
		expect(says({ kept })).toBe(false);
	});

	it("is redacted in keys, which stay distinct", () => {
		expect(redact({ [secret]: 1, [`x${secret}`]: 2 })).toEqual({ "[redacted]": 1, "x[redacted]": 2 });
	});

	it("is all that is redacted", () => {
		fc.assert(
			fc.property(fc.jsonValue(), (value) => {
				expect(redact(value)).toEqual(value);
			}),
		);
		const usual = { result: [{ id: "c01d0000000000000000000000000003", cidr: "203.0.113.0/24", "50%": "a & b \\ c" }] };
		expect(redact(usual)).toEqual(usual);
	});

	it("is redacted even if it is short", () => {
		expect(createRedactor({ email: "ops@example.com", apiKey: "k1" })("a k1")).toBe("a [redacted]");
	});
});

describe("an answer that echoes the credential", () => {
	const read = (body: string, headers: Record<string, string> = {}) =>
		interpret({ status: 400, headers: new Headers(headers), text: body, durationMs: 1 }, 0, redact);

	it.each(spellings)("is stored without it, in an envelope or not, %s", (_, spelt) => {
		const message = JSON.stringify(`no: ${spelt(secret)}`).replaceAll(escapedJson(secret), escapedJson(secret));
		for (const body of [`{"success":false,"errors":[{"code":1,"message":${message}}]}`, `<h1>${spelt(secret)}</h1>`]) {
			const kept = JSON.stringify(read(body));
			expect(kept).toContain("[redacted]");
			expect(kept).not.toContain(JSON.stringify(spelt(secret)).slice(1, -1));
		}
	});

	it("is stored without it even if JSON escapes its letters", () => {
		const body = `{"success":false,"errors":[{"code":1,"message":"${escapedJson(secret)}"}]}`;
		expect(read(body)).toMatchObject({ failure: { answer: { errors: [{ message: "[redacted]" }] } } });
	});

	it("is stored without even part of it at the end of an excerpt", () => {
		for (const before of [470, 490, 499]) {
			const kept = JSON.stringify(read(`${"x".repeat(before)}${secret}`));
			expect(kept).not.toContain(secret.slice(0, 1));
		}
	});

	it.each([
		["230b030023ae2822-SJC", "230b030023ae2822-SJC"],
		["230b030023ae2822", "230b030023ae2822"],
		[secret, null],
		[`230b030023ae2822-${secret}`, null],
		["<b>ray</b>", null],
	])("keeps its cf-ray only if it looks like a Ray id: %s", (ray, kept) => {
		expect(read("{}", { "cf-ray": ray })).toMatchObject({ failure: { answer: { ray: kept } } });
	});
});
