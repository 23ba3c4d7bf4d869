import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { contains } from "../../../src/deletion/address/cidr.ts";
import { type Bound, cellsOf, nested, placeOf, stretchesOf } from "../../../src/doors/page/cells.ts";
import { cidr, closeCidr, family } from "../../deletion/ranges.ts";

const bound = (text: string): Bound => ({ id: text, range: cidr(text), serviceName: "CDN" });
const drawn = (...texts: string[]) => {
	const bounds = texts.map(bound);
	return stretchesOf(cellsOf(bounds.map(({ range }) => range)), bounds);
};
const told = (...texts: string[]) =>
	drawn(...texts).map(({ winner, width }) => `${Math.round(width)}% ${winner?.id ?? "nobody"}`);

describe("a place", () => {
	const place = (range: string, ...texts: string[]) => placeOf(cellsOf(texts.map(cidr)), cidr(range));

	it("is the position of a range within what is drawn", () => {
		expect(place("203.0.113.64/26", "203.0.113.0/24")).toEqual({ x: 25, width: 25 });
		expect(place("203.0.113.0/24", "203.0.113.0/24", "203.0.113.64/26")).toEqual({ x: 0, width: 100 });
	});

	it("is wide enough to be seen even for one address", () => {
		expect(place("2001:db8::1/128", "2001:db8::/32").width).toBe(0.4);
		expect(place("203.0.113.128/32", "203.0.113.0/24").x).toBe(50);
	});
});

describe("a stretch", () => {
	it("belongs to the most specific binding and has its width", () => {
		expect(told("203.0.113.0/24", "203.0.113.64/26", "203.0.113.128/25")).toEqual([
			"25% 203.0.113.0/24",
			"25% 203.0.113.64/26",
			"50% 203.0.113.128/25",
		]);
	});

	it("has no binding between bindings", () => {
		expect(told("203.0.113.0/26", "203.0.113.192/26")).toEqual([
			"25% 203.0.113.0/26",
			"50% nobody",
			"25% 203.0.113.192/26",
		]);
	});

	it("is visible, however small", () => {
		for (const { width } of drawn("2001:db8:100::/48", "2001:db8:100:1::/64", "2001:db8:100:2::/64")) {
			expect(width).toBeGreaterThan(5);
		}
	});

	it("covers every address once and in order, whatever the bindings", () => {
		const some = family.chain((one) =>
			fc.uniqueArray(closeCidr(one), { minLength: 1, maxLength: 12, selector: ({ text }) => text }),
		);
		fc.assert(
			fc.property(some, (ranges) => {
				const bounds = ranges.map((range) => ({ id: range.text, range, serviceName: null }));
				const cells = cellsOf(ranges);
				expect(cells.reduce((sum, { width }) => sum + width, 0)).toBeCloseTo(100);
				for (const [index, { range, width }] of cells.entries()) {
					expect(width).toBeGreaterThan(0);
					expect(range.first).toBeLessThanOrEqual(range.last);
					if (index > 0) expect(range.first).toBe((cells[index - 1]?.range.last ?? 0n) + 1n);
				}
				const stretches = stretchesOf(cells, bounds);
				expect(stretches.reduce((sum, { width }) => sum + width, 0)).toBeCloseTo(100);
			}),
			{ numRuns: 200 },
		);
	});
});

describe("a list of nested bindings", () => {
	it("puts each binding under the smallest one that contains it", () => {
		const tree = nested(["203.0.113.0/24", "203.0.113.128/25", "203.0.113.0/26", "203.0.113.192/26"].map(bound));
		const shape = (some: ReturnType<typeof nested>): unknown[] =>
			some.map(({ bound: { id }, inside }) => [id, shape(inside)]);
		expect(shape(tree)).toEqual([
			[
				"203.0.113.0/24",
				[
					["203.0.113.0/26", []],
					["203.0.113.128/25", [["203.0.113.192/26", []]]],
				],
			],
		]);
	});

	it("loses no binding, and each lies within its parent", () => {
		const some = fc.uniqueArray(closeCidr(4), { maxLength: 20, selector: ({ text }) => text });
		fc.assert(
			fc.property(some, (ranges) => {
				let count = 0;
				const walk = (trees: ReturnType<typeof nested>, around: Bound | null): void => {
					for (const { bound: one, inside } of trees) {
						count++;
						if (around !== null) expect(contains(around.range, one.range)).toBe(true);
						walk(inside, one);
					}
				};
				walk(nested(ranges.map((range) => ({ id: range.text, range, serviceName: null }))), null);
				expect(count).toBe(ranges.length);
			}),
			{ numRuns: 200 },
		);
	});
});
