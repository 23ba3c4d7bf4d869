// Arbitrary addresses and CIDRs for property tests.
import fc from "fast-check";
import { type Cidr, cidrAt, parseCidr } from "../../src/deletion/cidr.ts";

export const familyBits = { 4: 32, 6: 128 } as const;

export const family = fc.constantFrom<4 | 6>(4, 6);

export const anyCidr: fc.Arbitrary<Cidr> = family.chain((which) =>
	fc
		.tuple(fc.bigInt(0n, (1n << BigInt(familyBits[which])) - 1n), fc.integer({ min: 0, max: familyBits[which] }))
		.map(([address, length]) => cidrAt(which, masked(which, address, length), length)),
);

/** CIDRs within one /24 or /120, so that they often nest, touch or coincide. */
export const closeCidr = (which: 4 | 6): fc.Arbitrary<Cidr> => {
	const base = which === 4 ? 0xcb007100n : 0x20010db8000000000000000000000000n;
	const bits = familyBits[which];
	return fc
		.tuple(fc.bigInt(0n, 255n), fc.integer({ min: bits - 8, max: bits }))
		.map(([offset, length]) => cidrAt(which, masked(which, base + offset, length), length));
};

/** Texts that are nearly valid, and arbitrary texts. */
export const hostileText: fc.Arbitrary<string> = fc.oneof(
	fc.string({ unit: "binary", maxLength: 80 }),
	fc.stringMatching(/^[0-9a-f:./-]{0,50}$/),
	fc.stringMatching(/^[0-9A-Fa-f]{31,33}$/),
	fc.constantFrom(
		"",
		".",
		"..",
		"../..",
		"%2e%2e",
		"..%2f",
		"/",
		"//",
		"*",
		"0429b49b6a5155297b78e75a44b09e14/..",
		"0429b49b6a5155297b78e75a44b09e14\n",
		"\u00000429b49b6a5155297b78e75a44b09e14",
		"0429B49B6A5155297B78E75A44B09E14",
		"0429b49b6a5155297b78e75a44b09e1\uff14",
		"{0429b49b-6a51-5529-7b78-e75a44b09e14}",
		"9".repeat(10_000),
	),
);

export function masked(which: 4 | 6, address: bigint, length: number): bigint {
	return address & ~((1n << BigInt(familyBits[which] - length)) - 1n);
}

/** A CIDR that is known to be valid. */
export function cidr(text: string): Cidr {
	const parsed = parseCidr(text);
	if (!parsed.ok) throw new Error(`${text} is no CIDR`);
	return parsed.value;
}
