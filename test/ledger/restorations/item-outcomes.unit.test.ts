// What becomes of a record whose restoration the rate limit held up.
import { describe, expect, it } from "vitest";
import { fault } from "../../deletion/world.ts";
import { callsOf, failing, lost, manyPrefixes } from "./many.ts";

describe("a 429", () => {
	it("is a reason to try again: the same binding is next, and the record says so", async () => {
		const many = lost(manyPrefixes(1));
		failing(many, "create", [fault.throttled(120_000)]);
		const { id: requestId } = many.request();
		await many.live(requestId);
		expect(many.show(requestId).counts).toMatchObject({ restored: 4, failed: 0 });
		expect(callsOf(many, "create")).toHaveLength(5);
	});

	it("is given up after twenty tries", async () => {
		const many = lost(manyPrefixes(1).slice(2, 3));
		failing(many, "create", Array(100).fill(fault.throttled(120_000)));
		const { id: requestId } = many.request();
		await many.live(requestId);
		expect(many.show(requestId).deletions).toMatchObject([{ state: "failed", code: "cloudflare_refused" }]);
		expect(callsOf(many, "create")).toHaveLength(20);
	});
});
