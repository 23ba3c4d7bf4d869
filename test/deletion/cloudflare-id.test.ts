import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isCloudflareId, sameId } from "../../src/deletion/cloudflare-id.ts";
import { hostileText } from "./ranges.ts";

const plain = "0429b49b6a5155297b78e75a44b09e14";
const dashed = "0429b49b-6a51-5529-7b78-e75a44b09e14";

describe("isCloudflareId", () => {
	it.each([plain, dashed])("takes %s", (id) => {
		expect(isCloudflareId(id)).toBe(true);
	});

	it.each([
		["upper case", plain.toUpperCase()],
		["31 digits", plain.slice(1)],
		["33 digits", `${plain}0`],
		["dashes at other places", "0429b49b6-a51-5529-7b78-e75a44b09e14"],
		["a line break after", `${plain}\n`],
		["a slash after", `${plain}/`],
		["a query after", `${plain}?`],
		["the way up", ".."],
		["nothing", ""],
	])("refuses %s", (_, text) => {
		expect(isCloudflareId(text)).toBe(false);
	});

	it("takes nothing that a URL would read as anything but one segment of a path", () => {
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
	it("knows an id in both spellings", () => {
		expect(sameId(plain, dashed)).toBe(true);
		expect(sameId(dashed, dashed)).toBe(true);
		expect(sameId(plain, `1${dashed.slice(1)}`)).toBe(false);
	});
});
