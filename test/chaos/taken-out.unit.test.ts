// The safeguards that `npm run mutations` takes out are still in the source, word for word, and their tests exist.
import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { mutations } from "./taken-out.ts";

describe.each(mutations)("$name", ({ patch, tests }) => {
	it("is in its file once", () => {
		const source = patch === null ? "" : readFileSync(patch.file, "utf8");
		expect(source.split(patch?.replace ?? "").length - 1).toBe(1);
	});

	it("has tests that exist", () => expect(tests.filter((path) => !existsSync(path))).toEqual([]));
});
