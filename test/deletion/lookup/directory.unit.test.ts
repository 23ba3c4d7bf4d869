import { describe, expect, it } from "vitest";
import { createDirectory, prefixesAround } from "../../../src/deletion/lookup/directory.ts";
import { bindingOf, id, prefixOf, targetOf } from "../world.ts";

const wide = prefixOf(id("a0"), "203.0.112.0/23");
const narrow = prefixOf(id("a1"), "203.0.113.0/24");
const v6 = prefixOf(id("a2"), "2001:db8::/32");
const cidrTarget = (text: string) => {
	const target = targetOf(text);
	if (target.kind !== "cidr") throw new Error("no CIDR");
	return target;
};

describe("the directory", () => {
	it("is empty at first", () => {
		const directory = createDirectory();
		expect(directory.prefixFor(targetOf("203.0.113.0/26"))).toBeNull();
		expect(directory.prefixFor(targetOf(id("b1")))).toBeNull();
	});

	it("remembers the most specific prefix that holds a CIDR", () => {
		const directory = createDirectory();
		directory.learnPrefixes([wide, narrow, v6]);
		expect(directory.prefixFor(targetOf("203.0.113.0/26"))).toBe(narrow.id);
		expect(directory.prefixFor(targetOf("203.0.112.0/26"))).toBe(wide.id);
		expect(directory.prefixFor(targetOf("2001:db8:1::/48"))).toBe(v6.id);
		expect(directory.prefixFor(targetOf("198.51.100.0/24"))).toBeNull();
	});

	it("remembers a binding's prefix until the prefix is gone from the account", () => {
		const directory = createDirectory();
		directory.learnPrefixes([wide, narrow]);
		directory.learnBindings(narrow.id, [bindingOf(id("b1"), "203.0.113.0/26")]);
		expect(directory.prefixFor(targetOf(id("b1")))).toBe(narrow.id);
		directory.learnPrefixes([wide]);
		expect(directory.prefixFor(targetOf(id("b1")))).toBeNull();
		expect(directory.prefixFor(targetOf("203.0.113.0/26"))).toBe(wide.id);
	});

	it("falls back to what the watch has seen, if it has seen anything", () => {
		let seen = [narrow];
		const directory = createDirectory({
			prefixes: () => seen,
			prefixOf: (bindingId) => (bindingId === id("b1") ? wide.id : null),
		});
		expect(directory.prefixFor(targetOf("203.0.113.0/26"))).toBe(narrow.id);
		expect(directory.prefixFor(targetOf(id("b1")))).toBe(wide.id);
		expect(directory.prefixFor(targetOf(id("b2")))).toBeNull();
		expect(directory.prefixFor(targetOf("2001:db8:1::/48"))).toBeNull();
		directory.learnBindings(narrow.id, [bindingOf(id("b1"), "203.0.113.0/26")]);
		expect(directory.prefixFor(targetOf(id("b1")))).toBe(narrow.id);
		seen = [];
		directory.learnPrefixes([v6]);
		expect(directory.prefixFor(targetOf("203.0.113.0/26"))).toBeNull();
		expect(directory.prefixFor(targetOf("2001:db8:1::/48"))).toBe(v6.id);
	});

	it("forgets a binding that its prefix no longer lists", () => {
		const directory = createDirectory();
		directory.learnBindings(narrow.id, [bindingOf(id("b1"), "203.0.113.0/26"), bindingOf(id("b2"), "203.0.113.64/26")]);
		directory.learnBindings(wide.id, [bindingOf(id("b3"), "203.0.112.0/26")]);
		directory.learnBindings(narrow.id, [bindingOf(id("b2"), "203.0.113.64/26")]);
		expect(["b1", "b2", "b3"].map((name) => directory.prefixFor(targetOf(id(name))))).toEqual([
			null,
			narrow.id,
			wide.id,
		]);
	});

	it("never gives an id that is not safe in a path", () => {
		const directory = createDirectory();
		directory.learnPrefixes([prefixOf("..", "203.0.113.0/24")]);
		directory.learnBindings("..", [bindingOf(id("b1"), "203.0.113.0/26")]);
		expect(directory.prefixFor(targetOf("203.0.113.0/26"))).toBeNull();
		expect(directory.prefixFor(targetOf(id("b1")))).toBeNull();
	});
});

describe("prefixesAround", () => {
	it("gives the prefixes that hold a CIDR, most specific first", () => {
		const around = prefixesAround([wide, v6, narrow], cidrTarget("203.0.113.0/26"));
		expect(around).toEqual([narrow, wide]);
		expect(prefixesAround([narrow], cidrTarget("203.0.112.0/23"))).toEqual([]);
	});
});
