import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Cidr } from "../../../src/deletion/address/cidr.ts";
import { type BoundRange, effectOf } from "../../../src/deletion/record/effect.ts";
import { cidr, closeCidr, family, masked } from "../ranges.ts";

const bound = (text: string, serviceName: string | null = "CDN"): BoundRange => ({
	id: `id of ${text}`,
	range: cidr(text),
	serviceName,
});

const effect = (deleted: string, ...others: string[]) =>
	effectOf(
		bound(deleted),
		[deleted, ...others].map((text) => bound(text)),
	);

describe("effectOf", () => {
	it("leaves every address without a service if nothing else covers them", () => {
		expect(effect("198.51.100.0/24")).toEqual({
			falls_back_to: null,
			unaffected: [],
			without_service: { cidrs: ["198.51.100.0/24"], total: 1 },
			settles_within_hours: 6,
			beside: [],
		});
	});

	it("names the prefix's other bindings, which neither gain nor lose traffic", () => {
		const others = ["203.0.113.192/26", "203.0.112.0/23", "203.0.113.0/24", "203.0.113.0/26", "203.0.113.128/27"];
		const { falls_back_to, unaffected, beside } = effect("203.0.113.128/26", ...others);
		expect([falls_back_to?.cidr, unaffected.map(({ cidr }) => cidr)]).toEqual(["203.0.113.0/24", ["203.0.113.128/27"]]);
		expect(beside?.map(({ cidr }) => cidr)).toEqual(["203.0.112.0/23", "203.0.113.0/26", "203.0.113.192/26"]);
	});

	it("hands the traffic to the next less specific binding and names its service", () => {
		const others = [bound("203.0.113.0/24", "Magic Transit"), bound("203.0.112.0/23", "CDN")];
		const { falls_back_to, without_service } = effectOf(bound("203.0.113.128/25"), others);
		expect(falls_back_to).toEqual({
			cidr: "203.0.113.0/24",
			service_name: "Magic Transit",
			id: "id of 203.0.113.0/24",
		});
		expect(without_service).toEqual({ cidrs: [], total: 0 });
	});

	it("hands the traffic to another binding of the same range", () => {
		const twin = { ...bound("203.0.113.0/24"), id: "twin" };
		const { falls_back_to, unaffected } = effectOf(bound("203.0.113.0/24"), [twin]);
		expect(falls_back_to?.id).toBe("twin");
		expect(unaffected).toEqual([]);
	});

	it("names the more specific bindings inside, in order of address", () => {
		const { unaffected } = effect("203.0.113.0/24", "203.0.113.128/25", "203.0.113.64/26", "203.0.113.0/26");
		expect(unaffected.map((one) => one.cidr)).toEqual(["203.0.113.0/26", "203.0.113.64/26", "203.0.113.128/25"]);
	});

	it.each([
		["adjacent bindings that cover everything", ["203.0.113.0/25", "203.0.113.128/25"], []],
		["a hole at the end", ["203.0.113.128/25"], ["203.0.113.0/25"]],
		["a hole in the middle", ["203.0.113.64/26"], ["203.0.113.0/26", "203.0.113.128/25"]],
		["nested holes", ["203.0.113.0/25", "203.0.113.64/26"], ["203.0.113.128/25"]],
		["a single address", ["203.0.113.0/32"], null],
	])("counts the addresses that no binding covers: %s", (_, inside, left) => {
		const { without_service } = effect("203.0.113.0/24", ...inside);
		if (left === null) {
			expect(without_service.total).toBe(8);
			expect(without_service.cidrs[0]).toBe("203.0.113.1/32");
		} else expect(without_service).toEqual({ cidrs: left, total: left.length });
	});

	it("ignores bindings beside it and bindings of the other family", () => {
		const { falls_back_to, unaffected } = effect("203.0.113.0/25", "203.0.113.128/25", "::/0");
		expect({ falls_back_to, unaffected }).toEqual({ falls_back_to: null, unaffected: [] });
	});

	it("works for v6", () => {
		const { falls_back_to, unaffected, without_service } = effect("2001:db8:100::/48", "2001:db8:100:1::/64");
		expect(falls_back_to).toBeNull();
		expect(unaffected.map((one) => one.cidr)).toEqual(["2001:db8:100:1::/64"]);
		expect(without_service.total).toBe(16);
		expect(without_service.cidrs).toContain("2001:db8:100::/64");
	});

	it("lists at most a hundred ranges but counts them all", () => {
		const holes = Array.from({ length: 128 }, (_, index) => `203.0.113.${index * 2}/32`);
		const { without_service } = effect("203.0.113.0/24", ...holes);
		expect(without_service.cidrs).toHaveLength(100);
		expect(without_service.total).toBe(128);
	});
});

/** The binding that serves an address: the most specific one that covers it. */
function serverOf(address: bigint, bindings: readonly BoundRange[]): string | null {
	const covering = bindings.filter(({ range }) => range.first <= address && address <= range.last);
	return covering.toSorted((a, b) => b.range.length - a.range.length)[0]?.id ?? null;
}

describe("effectOf, compared with a longest-prefix match of every address", () => {
	/** One binding per range, as at Cloudflare. The first one is deleted. */
	const account = family.chain((which) =>
		fc
			.uniqueArray(closeCidr(which), { minLength: 1, maxLength: 12, selector: (range) => range.text })
			.map((ranges) => ({
				which,
				bindings: ranges.map((range): BoundRange => ({ id: range.text, range, serviceName: null })),
			})),
	);

	it("says which binding serves each address afterwards, and moves no other address", () => {
		fc.assert(
			fc.property(account, ({ which, bindings }) => {
				const [deleted, ...others] = bindings;
				if (deleted === undefined) return;
				const told = effectOf(deleted, bindings);
				const inside = new Set(told.unaffected.map((one) => one.id));
				const first = masked(which, deleted.range.first, which === 4 ? 24 : 120);
				for (let address = first; address < first + 256n; address++) {
					const before = serverOf(address, bindings);
					const after = serverOf(address, others);
					const isOrphan = told.without_service.cidrs.some((text) => covers(cidr(text), address));
					if (before === deleted.id) expect(after).toBe(told.falls_back_to?.id ?? null);
					else expect(after).toBe(before);
					expect(isOrphan).toBe(before === deleted.id && after === null);
					if (before !== null && before !== deleted.id && covers(deleted.range, address))
						expect(inside.has(before)).toBe(true);
				}
			}),
		);
	});

	it("reports the uncovered addresses in as few ranges as possible", () => {
		fc.assert(
			fc.property(account, ({ bindings }) => {
				const [deleted] = bindings;
				if (deleted === undefined) return;
				const ranges = effectOf(deleted, bindings).without_service.cidrs.map(cidr);
				for (const [index, range] of ranges.entries()) {
					const next = ranges[index + 1];
					if (next === undefined) continue;
					expect(range.last < next.first).toBe(true);
					const aligned = range.first % (2n * (range.last - range.first + 1n)) === 0n;
					expect(range.length === next.length && range.last + 1n === next.first && aligned).toBe(false);
				}
			}),
		);
	});

	it("gives the same answer whatever the order of the bindings", () => {
		fc.assert(
			fc.property(account, ({ bindings }) => {
				const [deleted] = bindings;
				if (deleted === undefined) return;
				expect(effectOf(deleted, bindings.toReversed())).toEqual(effectOf(deleted, bindings));
			}),
		);
	});
});

const covers = (range: Cidr, address: bigint): boolean => range.first <= address && address <= range.last;
