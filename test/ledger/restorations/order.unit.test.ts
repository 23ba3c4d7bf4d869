// In which order many restorations come.
import { describe, expect, it } from "vitest";
import { bindingOf, id } from "../../deletion/world.ts";
import { callsOf, lost, manyPrefixes } from "./many.ts";

describe("the order", () => {
	it("is each prefix's own CIDR first, then what is more specific, one prefix after the other", async () => {
		const many = lost(manyPrefixes(3), { leftIn: () => "none" });
		const { id: requestId, deletions } = many.request();
		await many.live(requestId);
		const lengths = deletions.map(({ cidr }) => cidr?.split("/")[1]);
		expect(lengths).toEqual(["24", "25", "25", "26", "24", "25", "25", "26", "24", "25", "25", "26"]);
		expect(many.show(requestId).counts.restored).toBe(12);
	});

	it("is prefixes without any binding first, which the watch knows without a call", async () => {
		const losses = manyPrefixes(3);
		const [first, , last] = [losses[0], losses[4], losses[8]];
		const kept = [first, last].flatMap((one) =>
			one === undefined
				? []
				: [{ prefix: one.prefix, binding: bindingOf(id("ee"), `${one.binding.cidr?.replace("/26", "/28")}`) }],
		);
		const darkId = losses[4]?.prefix.id;
		const many = lost(losses, { leftIn: (prefixId) => (prefixId === darkId ? "none" : "some") }, kept);
		const { id: requestId, deletions } = many.request();
		expect(deletions.slice(0, 4).every(({ prefix_id }) => prefix_id === darkId)).toBe(true);
		await many.live(requestId);
		expect(callsOf(many, "create")[0]).toBe("create 10.1.0.0/24");
	});

	it("is found by the lists if nothing is known", async () => {
		const losses = manyPrefixes(3);
		const [first] = losses;
		if (first === undefined) throw new Error("no loss");
		const many = lost(losses, {}, [{ prefix: first.prefix, binding: bindingOf(id("ee"), "10.0.0.240/28") }]);
		const { id: requestId } = many.request();
		await many.live(requestId);
		const created = callsOf(many, "create").map((call) => call.split(".")[1]);
		expect(created.indexOf("0")).toBeGreaterThan(created.lastIndexOf("1"));
		expect(created.indexOf("0")).toBeGreaterThan(created.lastIndexOf("2"));
		expect(many.show(requestId).deletions.at(-1)?.cidr?.startsWith("10.0.")).toBe(true);
	});
});
