import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isCloudflareId, sameId } from "../../../src/deletion/address/cloudflare-id.ts";
import { hostileText } from "../ranges.ts";

const plain = "0429b49b6a5155297b78e75a44b09e14";
const dashed = "0429b49b-6a51-5529-7b78-e75a44b09e14";

describe("isCloudflareId", () => {
	it.each([plain, dashed])("accepts %s", (id) => {
		expect(isCloudflareId(id)).toBe(true);
	});

	it.each([
		["upper case", plain.toUpperCase()],
		["31 digits", plain.slice(1)],
		["33 digits", `${plain}0`],
		["misplaced dashes", "0429b49b6-a51-5529-7b78-e75a44b09e14"],
		["a trailing line break", `${plain}\n`],
		["a trailing slash", `${plain}/`],
		["a trailing question mark", `${plain}?`],
		["a parent path", ".."],
		["an empty text", ""],
	])("refuses %s", (_, text) => {
		expect(isCloudflareId(text)).toBe(false);
	});

	it("accepts only texts that a URL reads as a single path segment", () => {
		const spoilt = fc
			.tuple(fc.constantFrom(plain, dashed), fc.nat(36), fc.nat(3), fc.string({ unit: "binary", maxLength: 3 }))
			.map(([id, at, cut, with_]) => id.slice(0, at) + with_ + id.slice(at + cut));
		fc.assert(
			fc.property(fc.oneof(spoilt, hostileText), (text) => {
				if (!isCloudflareId(text)) return;
				expect(new URL(`https://api.example.com/bindings/${text}`).pathname).toBe(`/bindings/${text}`);
				expect(sameId(text, text.replaceAll("-", ""))).toBe(true);
			}),
			{ numRuns: 2000 },
		);
	});
});

describe("sameId", () => {
	it("matches both spellings of an id", () => {
		expect(sameId(plain, dashed)).toBe(true);
		expect(sameId(dashed, dashed)).toBe(true);
		expect(sameId(plain, `1${dashed.slice(1)}`)).toBe(false);
	});
});
