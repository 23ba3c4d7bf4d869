import { describe, expect, it } from "vitest";
import { advertisedIn, announcedIn, type BgpPrefix } from "../../../src/deletion/address/bgp-prefix.ts";
import { cidr } from "../ranges.ts";

const part = (text: string, advertised: boolean | null): BgpPrefix => ({ cidr: text, advertised });
const binding = cidr("203.0.113.0/25");

describe("advertisedIn", () => {
	it.each<[string, BgpPrefix[] | null, boolean | null]>([
		["the prefix around it is announced", [part("203.0.113.0/24", true)], true],
		["only a part of it is", [part("203.0.113.0/24", false), part("203.0.113.0/26", true)], true],
		["one is announced and another is not known", [part("203.0.113.0/25", null), part("203.0.113.0/24", true)], true],
		["nothing is announced", [part("203.0.113.0/24", false), part("203.0.113.0/26", false)], false],
		["only addresses beside it are", [part("203.0.113.0/25", false), part("203.0.113.128/25", true)], false],
		["one that overlaps is not known", [part("203.0.113.0/24", false), part("203.0.113.0/25", null)], null],
		["nothing overlaps", [part("203.0.113.128/25", true)], null],
		["there are no BGP prefixes", [], null],
		["they can't be read", null, null],
	])("says so if %s", (_, bgpPrefixes, advertised) => {
		expect(advertisedIn(binding, bgpPrefixes)).toBe(advertised);
	});
});

describe("announcedIn", () => {
	it("gives the announced parts that overlap", () => {
		const [around, inside] = [part("203.0.113.0/24", true), part("203.0.113.64/26", true)];
		const others = [part("203.0.113.0/26", false), part("203.0.113.128/25", true), part("2001:db8::/32", true)];
		expect(announcedIn(binding, [around, ...others, inside])).toEqual([around, inside]);
	});
});
