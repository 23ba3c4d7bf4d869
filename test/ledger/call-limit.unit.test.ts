// So many within a window, each key by itself.
import { expect, it } from "vitest";
import { createCallLimit } from "../../src/ledger/call-limit.ts";

it("blocks a key that was counted too often, until its window ends", () => {
	const limit = createCallLimit(2, 1000);
	limit.count("eve", 0);
	expect(limit.blockedMs("eve", 100)).toBe(0);
	limit.count("eve", 100);
	expect([limit.blockedMs("eve", 100), limit.blockedMs("eve", 999), limit.blockedMs("bob", 100)]).toEqual([900, 1, 0]);
	expect(limit.blockedMs("eve", 1000)).toBe(0);
	limit.count("eve", 1000);
	expect(limit.blockedMs("eve", 1000)).toBe(0);
});
