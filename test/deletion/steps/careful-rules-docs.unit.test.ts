import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { withCarefulRules } from "../../../scripts/careful-rules.ts";
import { phaseMeanings, rules } from "../../../src/deletion/steps/careful-rules.ts";

const document = readFileSync("docs/architecture.md", "utf8");

describe("docs/architecture.md", () => {
	it("shows the same rules as the code; run `npm run docs:rules` to update it", () => {
		expect(document).toBe(withCarefulRules(document));
	});

	it("has one line per phase and per rule", () => {
		const lines = document.split("\n").filter((line) => line.startsWith("| `"));
		expect(lines).toHaveLength(Object.keys(phaseMeanings).length + rules.length);
	});
});

describe("a document without the section", () => {
	it("is left unchanged", () => {
		expect(withCarefulRules("# Architecture\n")).toBeNull();
	});
});
