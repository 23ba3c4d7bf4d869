import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { release } from "../../src/doors/api/status.ts";

it("/status names the release in package.json", () => {
	expect(release).toBe(JSON.parse(readFileSync("package.json", "utf8")).version);
});
