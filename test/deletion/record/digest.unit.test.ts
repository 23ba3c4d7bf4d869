import { createHash } from "node:crypto";
import { expect, it } from "vitest";
import { digested, digestOf } from "../../../src/deletion/record/digest.ts";

it("is SHA-256 of a text or of bytes", () => {
	const expected = createHash("sha256").update("é").digest("hex");
	expect([digestOf("é"), digestOf(new TextEncoder().encode("é"))]).toEqual([expected, expected]);
});

it("replaces a text once: a digest stays as it is", () => {
	const once = digested("a long or private text");
	expect(once).toMatch(/^sha256:[\w-]{43}$/);
	expect(digested(once)).toBe(once);
	expect(digested("another")).not.toBe(once);
});
