import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { tooNewFor20 } from "../../scripts/lock.ts";

it("the lock file needs nothing newer than Node 20; if it does, run: npm run lock", () => {
	expect(tooNewFor20(JSON.parse(readFileSync("package-lock.json", "utf8")))).toEqual([]);
});

it.each([
	[">=22.0.0", true],
	["^22.12.0 || ^24.0.0 || >=26.0.0", true],
	[">=20", false],
	["^20.19.0 || >=22.12.0", false],
	["10.* || >= 12.*", false],
	["*", false],
])("treats an engine of %s as newer than Node 20: %s", (node, isNewer) => {
	const found = tooNewFor20({
		packages: { "": { engines: { node: ">=99" } }, tool: { engines: { node } }, other: {} },
	});
	expect(found).toEqual(isNewer ? ["tool"] : []);
});
