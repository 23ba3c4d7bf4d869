import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { withCarefulRules } from "../../scripts/careful-rules.ts";
import { phaseMeanings, rules } from "../../src/deletion/careful-rules.ts";

const document = readFileSync("docs/architecture.md", "utf8");

describe("docs/architecture.md", () => {
	it("shows the table of rules as the code has it: `npm run docs:rules` brings it up to date", () => {
		expect(document).toBe(withCarefulRules(document));
	});

	it("has a line for each phase and each rule", () => {
		const lines = document.split("\n").filter((line) => line.startsWith("| `"));
		expect(lines).toHaveLength(Object.keys(phaseMeanings).length + rules.length);
	});
});

describe("a document without the section", () => {
	it("is left alone", () => {
		expect(withCarefulRules("# Architecture\n")).toBeNull();
	});
});
