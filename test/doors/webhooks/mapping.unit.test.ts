import { describe, expect, it } from "vitest";
import type { Mapping } from "../../../src/config/sender.ts";
import { askedFor } from "../../../src/doors/webhooks/mapping.ts";
import { type JsonPointer, parsePointer } from "../../../src/json-pointer.ts";

const at = (text: string): JsonPointer => {
	const pointer = parsePointer(text);
	if (pointer === null) throw new Error(`${text} is no pointer`);
	return pointer;
};
const mappingOf = (change: Partial<Mapping>): Mapping => ({
	each: at("/items"),
	when: [],
	target: at("/cidr"),
	reason: [at("/why")],
	id: [],
	formerId: [],
	truncated: null,
	...change,
});
const items = [
	{ cidr: "203.0.113.0/26", n: 1 },
	{ cidr: "203.0.113.64/26", n: 2 },
];
const idsOf = (mapping: Mapping) => {
	const asked = askedFor({ run: "r1", items }, mapping);
	return asked.ok ? asked.value.map(({ id }) => id) : asked.failure;
};

describe("an event's id", () => {
	it("is the element's own id", () => expect(idsOf(mappingOf({ id: [at("/n")] }))).toEqual([[1], [2]]));

	it("is the payload's id and the element's position if elements have no id", () => {
		expect(idsOf(mappingOf({ id: [at("#/run")] }))).toEqual([
			["r1", 0],
			["r1", 1],
		]);
	});

	it("is empty if the payload has no id", () => {
		expect(idsOf(mappingOf({ id: [at("#/none"), at("/none")] }))).toEqual([[], []]);
	});
});

describe("a reason", () => {
	it.each([
		[" two\nlines\u0000 ", "two lines"],
		["\u202eyub ton od", "yub ton od"],
		[42, "42"],
		["   ", null],
		[{ text: "x" }, null],
		["é".repeat(600), "é".repeat(500)],
		[`${"x".repeat(499)}💥`, `${"x".repeat(499)}\ufffd`],
	])("%j is made fit for a record", (why, reason) => {
		const asked = askedFor({ cidr: "203.0.113.0/26", why }, mappingOf({ each: null }));
		expect(asked).toMatchObject({ ok: true, value: [{ reason }] });
	});
});
