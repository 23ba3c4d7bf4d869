import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { repeatedName } from "../../../src/doors/request/repeated-name.ts";

describe("a name that a JSON object has twice", () => {
	it("is not found if each object has each name once, whatever names and texts contain", () => {
		fc.assert(
			fc.property(fc.jsonValue(), fc.constantFrom(undefined, 1), (value, indent) => {
				expect(repeatedName(JSON.stringify(value, null, indent))).toBeNull();
			}),
		);
	});

	it("is found at any depth and in any escaping", () => {
		const object = fc.dictionary(fc.string({ unit: "binary", maxLength: 5 }), fc.jsonValue({ maxDepth: 2 }), {
			minKeys: 1,
		});
		fc.assert(
			fc.property(object, fc.nat(), fc.nat(3), (given, which, depth) => {
				const names = Object.keys(given);
				const name = names[which % names.length] ?? "";
				const escaped = [...name]
					.map((_, index) => `\\u${name.charCodeAt(index).toString(16).padStart(4, "0")}`)
					.join("");
				const spelt =
					name === [...name].join("") && name.length === [...name].length ? escaped : JSON.stringify(name).slice(1, -1);
				const twice = `{"${spelt}":0,${JSON.stringify(given).slice(1)}`;
				expect(repeatedName(`${'[{"x":'.repeat(depth)}${twice}${"}]".repeat(depth)}`)).toBe(name);
			}),
		);
	});
});
