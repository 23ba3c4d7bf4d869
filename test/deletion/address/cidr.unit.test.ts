import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cidrAt, contains, parseCidr } from "../../../src/deletion/address/cidr.ts";
import { anyCidr, cidr, closeCidr, family, familyBits, hostileText } from "../ranges.ts";

const read = (text: string) => {
	const parsed = parseCidr(text);
	return parsed.ok ? parsed.value.text : parsed.failure;
};

describe("parseCidr", () => {
	it.each([
		["203.0.113.0/24", "203.0.113.0/24"],
		["0.0.0.0/0", "0.0.0.0/0"],
		["255.255.255.255/32", "255.255.255.255/32"],
		["::/0", "::/0"],
		["2001:DB8::/32", "2001:db8::/32"],
		["2001:0db8:0000:0000:0000:0000:0000:0000/48", "2001:db8::/48"],
		["2001:db8:0:0:1:0:0:0/80", "2001:db8:0:0:1::/80"],
		["1:0:2:3:4:5:6:7/128", "1:0:2:3:4:5:6:7/128"],
		["::1/128", "::1/128"],
	])("reads %s as %s", (text, canonical) => {
		expect(read(text)).toBe(canonical);
	});

	it.each([
		["203.0.113.7", "203.0.113.7/32"],
		["2001:db8::1", "2001:db8::1/128"],
	])("refuses the bare address %s and suggests %s", (text, hint) => {
		expect(read(text)).toEqual({ reason: "bare_address", hint });
	});

	it.each([
		["203.0.113.7/24", "203.0.113.0/24"],
		["203.0.113.129/25", "203.0.113.128/25"],
		["128.0.0.0/0", "0.0.0.0/0"],
		["2001:db8::1/64", "2001:db8::/64"],
		["2001:db8:8000::/32", "2001:db8::/32"],
	])("refuses the host bits of %s and suggests %s", (text, hint) => {
		expect(read(text)).toEqual({ reason: "host_bits", hint });
	});

	it.each([
		["an empty text", ""],
		["a name", "edge-cdn"],
		["a length without an address", "/24"],
		["an address without its length", "203.0.113.0/"],
		["a length with a leading zero", "203.0.113.0/024"],
		["a v6 length with a leading zero", "2001:db8::/033"],
		["a length of two zeros", "::/00"],
		["a length over 32 for v4", "203.0.113.0/33"],
		["a length over 128 for v6", "2001:db8::/129"],
		["a negative length", "203.0.113.0/-1"],
		["a length with a sign", "203.0.113.0/+24"],
		["a length in hex", "203.0.113.0/0x18"],
		["a netmask", "203.0.113.0/255.255.255.0"],
		["two lengths", "203.0.113.0/24/24"],
		["an octet over 255", "203.0.256.0/24"],
		["an octal octet", "0313.0.113.0/24"],
		["an octet with a leading zero", "203.00.113.0/24"],
		["a hex octet", "0xcb.0.113.0/24"],
		["three octets", "203.0.113/24"],
		["five octets", "203.0.113.0.0/24"],
		["an address as one number", "3405803776/24"],
		["a zone", "fe80::1%eth0/128"],
		["brackets", "[2001:db8::]/48"],
		["two gaps", "2001::db8::/48"],
		["three colons", "2001:db8:::/48"],
		["a group of five digits", "2001:0db80::/48"],
		["nine groups", "1:2:3:4:5:6:7:8:9/128"],
		["seven groups", "1:2:3:4:5:6:7/128"],
		["full-width digits", "\uff12\uff10\uff13.0.113.0/24"],
		["a full-width slash", "203.0.113.0\uff0f24"],
		["Arabic-Indic digits in the length", "203.0.113.0/\u0662\u0664"],
		["a leading space", " 203.0.113.0/24"],
		["a trailing line break", "203.0.113.0/24\n"],
		["a trailing NUL", "203.0.113.0/24\u0000"],
		["10 kB", `203.0.113.0/24${"0".repeat(10_000)}`],
		["10 kB of colons", ":".repeat(10_000)],
	])("refuses %s", (_, text) => {
		expect(read(text)).toEqual({ reason: "not_a_cidr" });
	});

	it.each([
		"::192.0.2.1/128",
		"::ffff:192.0.2.0/120",
		"::ffff:192.0.2.1",
		"64:ff9b::192.0.2.0/120",
		"::ffff:010.0.2.1/128",
		"2001:db8::.1/128",
	])("refuses the v4 ending of %s, which could name another range than it seems to", (text) => {
		expect(read(text)).toEqual({ reason: "not_a_cidr" });
	});

	it("reads every canonical text back as the same range", () => {
		fc.assert(
			fc.property(anyCidr, (range) => {
				expect(parseCidr(range.text)).toEqual({ ok: true, value: range });
			}),
		);
	});

	it("answers any text with a canonical text, a readable hint or a refusal", () => {
		fc.assert(
			fc.property(hostileText, (text) => {
				const parsed = parseCidr(text);
				if (!parsed.ok && parsed.failure.reason === "not_a_cidr") return;
				const canonical = parsed.ok ? parsed.value.text : "hint" in parsed.failure ? parsed.failure.hint : "";
				expect(read(canonical)).toBe(canonical);
			}),
			{ numRuns: 1000 },
		);
	});

	it("accepts an address with a length only if the host bits are zero", () => {
		const addressAndLength = fc.tuple(fc.ipV4(), fc.integer({ min: 0, max: 32 }));
		fc.assert(
			fc.property(addressAndLength, ([address, length]) => {
				const bits = address
					.split(".")
					.map((octet) => Number(octet).toString(2).padStart(8, "0"))
					.join("");
				expect(parseCidr(`${address}/${length}`).ok).toBe(!bits.slice(length).includes("1"));
			}),
		);
	});
});

describe("contains", () => {
	it.each([
		["203.0.113.0/24", "203.0.113.128/25", true],
		["203.0.113.0/24", "203.0.113.0/24", true],
		["203.0.113.128/25", "203.0.113.0/24", false],
		["203.0.113.0/25", "203.0.113.128/25", false],
		["0.0.0.0/0", "::/0", false],
		["::/0", "0.0.0.0/0", false],
		["2001:db8::/32", "2001:db8:ffff::/48", true],
	])("%s contains %s: %s", (outer, inner, expected) => {
		expect(contains(cidr(outer), cidr(inner))).toBe(expected);
	});

	it("agrees with a check of every address", () => {
		const pair = family.chain((which) => fc.tuple(closeCidr(which), closeCidr(which)));
		fc.assert(
			fc.property(pair, ([outer, inner]) => {
				let everyOne = true;
				for (let address = inner.first; address <= inner.last; address++) {
					everyOne &&= address >= outer.first && address <= outer.last;
				}
				expect(contains(outer, inner)).toBe(everyOne);
			}),
		);
	});
});

describe("cidrAt", () => {
	it("spans two to the power of the remaining bits", () => {
		fc.assert(
			fc.property(anyCidr, ({ family: which, first, length }) => {
				const range = cidrAt(which, first, length);
				expect(range.last - range.first + 1n).toBe(2n ** BigInt(familyBits[which] - length));
			}),
		);
	});
});
