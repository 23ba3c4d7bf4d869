import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { tooNewFor20 } from "../../scripts/lock.ts";

it("npm ci on Node 20 has no engine to warn about; if it has, run: npm run lock", () => {
	expect(tooNewFor20(JSON.parse(readFileSync("package-lock.json", "utf8")))).toEqual([]);
});

it.each([
	[">=22.0.0", true],
	["^22.12.0 || ^24.0.0 || >=26.0.0", true],
	[">=20", false],
	["^20.19.0 || >=22.12.0", false],
	["10.* || >= 12.*", false],
	["*", false],
])("an engine of %s is newer than Node 20: %s", (node, isNewer) => {
	const found = tooNewFor20({
		packages: { "": { engines: { node: ">=99" } }, tool: { engines: { node } }, other: {} },
	});
	expect(found).toEqual(isNewer ? ["tool"] : []);
});
