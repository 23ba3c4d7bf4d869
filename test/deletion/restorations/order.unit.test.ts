import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseCidr } from "../../../src/deletion/address/cidr.ts";
import { inOrder, type Left, rankOf, turnsOf } from "../../../src/deletion/restorations/order.ts";
import { closeCidr } from "../ranges.ts";

const placed = (prefixId: string | null, cidr: string | null) => ({ prefixId, cidr });

describe("the order of many restorations", () => {
	it("has prefixes without bindings first, then those of which nothing is known, then the rest", () => {
		const left: Record<string, Left> = { a: "some", b: "unknown", c: "none" };
		const items = ["a", "b", "c"].map((prefixId) => placed(prefixId, "192.0.2.0/24"));
		const order = inOrder(items, (prefixId) => left[prefixId] ?? "unknown");
		expect(order.map(({ item, rank }) => [item.prefixId, rank])).toEqual([
			["c", rankOf.none],
			["b", rankOf.unknown],
			["a", rankOf.some],
		]);
	});

	it("has the least specific binding of a prefix first, and an unreadable one last", () => {
		const cidrs = ["192.0.2.0/26", null, "192.0.2.0/24", "192.0.2.128/25"];
		const [turn = []] = turnsOf(cidrs.map((cidr) => placed("a", cidr)));
		expect(turn.map(({ cidr }) => cidr)).toEqual(["192.0.2.0/24", "192.0.2.128/25", "192.0.2.0/26", null]);
	});

	it("takes two spellings of an id for one prefix", () => {
		const plain = "b10c0000000000000000000000000002";
		const dashed = "b10c0000-0000-0000-0000-000000000002";
		expect(turnsOf([placed(plain, "192.0.2.0/25"), placed(dashed, "192.0.2.0/24")])).toHaveLength(1);
	});

	it("loses nothing, keeps each prefix together, and never has a more specific binding first", () => {
		const anItem = fc.record({
			prefixId: fc.constantFrom("a", "b", "c", "d", null),
			cidr: closeCidr(4).map(({ text }) => text),
		});
		const lefts = fc.array(fc.constantFrom<Left>("none", "unknown", "some"), { minLength: 4, maxLength: 4 });
		fc.assert(
			fc.property(fc.array(anItem), lefts, (items, left) => {
				const order = inOrder(items, (prefixId) => left["abcd".indexOf(prefixId)] ?? "unknown");
				expect(new Set(order.map(({ item }) => item))).toEqual(new Set(items));
				expect(order).toHaveLength(items.length);
				const ranks = order.map(({ rank }) => rank);
				expect(ranks).toEqual(ranks.toSorted((a, b) => a - b));
				const visited = order.map(({ item }) => item.prefixId).filter((one, index, all) => one !== all[index - 1]);
				expect(new Set(visited).size).toBe(visited.length);
				for (const turn of turnsOf(items)) {
					const lengths = turn.map(({ cidr }) => {
						const read = parseCidr(cidr);
						return read.ok ? read.value.length : 0;
					});
					expect(lengths).toEqual(lengths.toSorted((a, b) => a - b));
				}
			}),
		);
	});
});
