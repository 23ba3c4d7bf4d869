import { expect, it } from "vitest";
import { plainRay } from "../../src/deletion/audit-log.ts";

it("compares Ray ids without the data centre, which only headers have", () => {
	expect(plainRay("8f00aabbccddeeff-AMS")).toBe(plainRay("8f00aabbccddeeff"));
});
