// CIDRs as unbind reads them, against Node's own reading of addresses, which shares no code with it.
import { BlockList, isIP, SocketAddress } from "node:net";
import fc from "fast-check";
import { expect, it } from "vitest";
import { type Cidr, contains, parseCidr } from "../../src/deletion/cidr.ts";
import { anyCidr, closeCidr, family, familyBits } from "./ranges.ts";

const typeOf = { 4: "ipv4", 6: "ipv6" } as const;
const thorough = { numRuns: 5000 };

/** Made of the parts of addresses, so that many are addresses and many nearly. */
const addressLike = fc.oneof(
	fc.ipV4(),
	fc.ipV4Extended(),
	fc.ipV6(),
	fc
		.array(fc.constantFrom(":", ":", "::", "0", "00", "1", "ffff", "ABCD", "12345", "1.2.3.4", "%0"), { maxLength: 17 })
		.map((parts) => parts.join("")),
	fc
		.array(fc.constantFrom(".", ".", ".", "0", "7", "01", "255", "256", "0x7f", "127", "300"), { maxLength: 9 })
		.map((parts) => parts.join("")),
);

/** Its last address, written without the code that is tested. */
const lastOf = ({ family: which, last }: Cidr): string => {
	if (which === 4) return [24n, 16n, 8n, 0n].map((shift) => (last >> shift) & 255n).join(".");
	return Array.from({ length: 8 }, (_, at) => ((last >> BigInt(112 - 16 * at)) & 0xffffn).toString(16)).join(":");
};
const addressOf = ({ text }: Cidr): string => text.replace(/\/.*/, "");

it("takes for an address what Node does, but for a v6 with a zone or with a v4 ending", () => {
	fc.assert(
		fc.property(addressLike, (text) => {
			const which = isIP(text);
			const expected = which === 6 && /[.%]/.test(text) ? 0 : which;
			const parsed = parseCidr(`${text}/${expected === 4 ? 32 : 128}`);
			expect(parsed.ok ? parsed.value.family : 0).toBe(expected);
		}),
		thorough,
	);
});

it("writes an address as Node does, but for a v4 ending", () => {
	fc.assert(
		fc.property(anyCidr, (range) => {
			const { family: which, length } = range;
			const written = new SocketAddress({ address: addressOf(range), family: typeOf[which] }).address;
			fc.pre(which === 4 || !written.includes("."));
			expect(range.text).toBe(`${written}/${length}`);
		}),
		thorough,
	);
});

it("contains what is in Node's list of the same range, from the first address to the last", () => {
	const pair = family.chain((which) =>
		fc.tuple(
			fc.oneof(
				closeCidr(which),
				anyCidr.filter((one) => one.family === which),
			),
			fc.oneof(
				closeCidr(which),
				anyCidr.filter((one) => one.family === which),
			),
		),
	);
	fc.assert(
		fc.property(pair, ([outer, inner]) => {
			const type = typeOf[outer.family];
			const list = new BlockList();
			list.addSubnet(addressOf(outer), outer.length, type);
			const both = list.check(addressOf(inner), type) && list.check(lastOf(inner), type);
			expect(contains(outer, inner)).toBe(both);
		}),
		thorough,
	);
});

it("has Node's list hold a range's own first and last address, and none beside them", () => {
	fc.assert(
		fc.property(anyCidr, (range) => {
			const { family: which, first, last, length } = range;
			const list = new BlockList();
			list.addSubnet(addressOf(range), length, typeOf[which]);
			const most = (1n << BigInt(familyBits[which])) - 1n;
			const holds = (address: bigint) => list.check(lastOf({ ...range, last: address }), typeOf[which]);
			expect([holds(first), holds(last)]).toEqual([true, true]);
			if (first > 0n) expect(holds(first - 1n)).toBe(false);
			if (last < most) expect(holds(last + 1n)).toBe(false);
		}),
		thorough,
	);
});
