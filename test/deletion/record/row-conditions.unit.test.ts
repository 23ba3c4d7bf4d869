import { describe, expect, it } from "vitest";
import { laterMembers, type Summary } from "../../../src/deletion/record/deletion.ts";
import { type Condition, rowMatcher } from "../../../src/deletion/record/row-conditions.ts";

const row: Summary = {
	id: "7zx0k1v9n2qj8m3w5c4r6t7y8p",
	state: "refused",
	cidr: "203.0.113.128/25",
	binding_id: "c01d0000000000000000000000000003",
	prefix_id: "2af39739cc4e3b5910c918468bb89828",
	service_name: "CDN",
	actor: "alice@example.com",
	door: "page",
	reason: "INC-4211 Drain",
	created_at: "2026-11-02T09:00:00.000Z",
	settled_at: "2026-11-02T09:00:01.000Z",
	ray: "9f1c2ab34de56789-AMS",
	...laterMembers,
};
const holds = (conditions: Condition[], change: Partial<Summary> = {}) =>
	rowMatcher({ conditions, text: null })({ ...row, ...change });
const finds = (text: string, change: Partial<Summary> = {}) =>
	rowMatcher({ conditions: [], text })({ ...row, ...change });

describe("conditions", () => {
	it.each<[string, Condition[], boolean]>([
		["no conditions: every row matches", [], true],
		["is: the value matches", [{ field: "state", is: true, value: "refused" }], true],
		["is: the value differs", [{ field: "state", is: true, value: "failed" }], false],
		["is not: the value differs", [{ field: "actor", is: false, value: "ci" }], true],
		["is not: the value matches", [{ field: "actor", is: false, value: row.actor }], false],
		["is: the value matches in other letters", [{ field: "actor", is: true, value: "Alice@Example.com" }], true],
		["is not: the value matches in other letters", [{ field: "actor", is: false, value: "ALICE@example.com" }], false],
		[
			"is: one of several values matches",
			[
				{ field: "state", is: true, value: "failed" },
				{ field: "state", is: true, value: "refused" },
			],
			true,
		],
		[
			"is not: one of several values matches",
			[
				{ field: "door", is: false, value: "api" },
				{ field: "door", is: false, value: "page" },
			],
			false,
		],
		[
			"two fields: only one matches",
			[
				{ field: "service_name", is: true, value: "CDN" },
				{ field: "door", is: true, value: "api" },
			],
			false,
		],
	])("%s", (_, conditions, expected) => expect(holds(conditions)).toBe(expected));

	it("a missing field matches no value", () => {
		expect(holds([{ field: "service_name", is: true, value: "CDN" }], { service_name: null })).toBe(false);
		expect(holds([{ field: "service_name", is: false, value: "CDN" }], { service_name: null })).toBe(true);
	});
});

describe("a search text", () => {
	it.each([
		["in the reason, in any case", "inc-4211 dr"],
		["in the CIDR", "113.128"],
		["in the record's id", "7ZX0K1"],
		["in the binding's id", "c01d"],
		["in the prefix's id", "2af39739cc4e3b5910c918468bb89828"],
		["in the actor's name", "alice@"],
		["in the Ray id", "9F1C2AB34DE56789"],
		["as an address inside the CIDR", "203.0.113.200"],
		["as a CIDR inside the row's CIDR", "203.0.113.192/26"],
		["as a CIDR around the row's CIDR", "203.0.112.0/23"],
		["as a CIDR with host bits", "203.0.113.200/25"],
	])("is found %s", (_, text) => expect(finds(text)).toBe(true));

	it.each([["INC-4212"], ["203.0.113.7"], ["198.51.100.0/24"], ["2001:db8::1"], ["page"]])(
		"is not found if the row does not contain it: %s",
		(text) => expect(finds(text)).toBe(false),
	);

	it("is not found in a missing field", () => {
		expect(finds("203.0.113.200", { cidr: null })).toBe(false);
		expect(finds("null", { cidr: null, reason: null, ray: null })).toBe(false);
	});
});
