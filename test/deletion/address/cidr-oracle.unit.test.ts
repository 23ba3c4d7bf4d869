// Compares how unbind reads CIDRs with Node's own address parser, which shares no code with it.
import { BlockList, isIP, SocketAddress } from "node:net";
import fc from "fast-check";
import { expect, it } from "vitest";
import { type Cidr, contains, parseCidr } from "../../../src/deletion/address/cidr.ts";
import { anyCidr, closeCidr, family, familyBits } from "../ranges.ts";

const typeOf = { 4: "ipv4", 6: "ipv6" } as const;
const thorough = { numRuns: 5000 };

/** Texts built from parts of addresses, so that many are valid and many nearly are. */
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

/** A range's last address, written without the code under test. */
const lastOf = ({ family: which, last }: Cidr): string => {
	if (which === 4) return [24n, 16n, 8n, 0n].map((shift) => (last >> shift) & 255n).join(".");
	return Array.from({ length: 8 }, (_, at) => ((last >> BigInt(112 - 16 * at)) & 0xffffn).toString(16)).join(":");
};
const addressOf = ({ text }: Cidr): string => text.replace(/\/.*/, "");

it("accepts the same addresses as Node, except v6 with a zone or a v4 ending", () => {
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

it("writes addresses as Node does, except for v4 endings", () => {
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

it("agrees with Node's block list on whether one range contains another", () => {
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

it("agrees with Node's block list on a range's first and last address", () => {
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
