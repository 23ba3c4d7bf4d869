import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { release } from "../../src/doors/release.ts";

it("names the release of package.json in /status", () => {
	expect(release).toBe(JSON.parse(readFileSync("package.json", "utf8")).version);
});
