import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { localPath } from "../../../src/doors/page/local-path.ts";

const here = "https://unbind.example.com/sign-in";

describe("localPath", () => {
	it.each([
		["/"],
		["/account"],
		["/account/2001:db8::/48"],
		["/?state=-refused&q=a%20b"],
		["/records/7zzzzzzzzzzzzzzzzzzzzzzzzz"],
	])("goes to %s", (path) => expect(localPath(path, here)).toBe(path));

	it("drops a fragment, which is nobody's business here", () => expect(localPath("/account#x", here)).toBe("/account"));

	it.each([["/.//evil.example"], ["/account/..//evil.example"], ["/%2e//evil.example"], ["/..//evil.example/x?y"]])(
		"does not go where %s leads once its dots are resolved",
		(text) => expect(localPath(text, here)).toBe("/"),
	);

	it("goes nowhere else, whatever it is told", () => {
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
