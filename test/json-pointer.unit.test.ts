import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Json } from "../src/deletion/record/json.ts";
import { parsePointer, pointerText, valueAt } from "../src/json-pointer.ts";

/** The value there; null if the text is not a pointer. */
function look(text: string, element: Json, payload: Json = element): { value: Json | undefined } | null {
	const pointer = parsePointer(text);
	return pointer === null ? null : { value: valueAt(pointer, element, payload) };
}

/** RFC 6901, section 5. */
const document: { [member: string]: Json } = {
	foo: ["bar", "baz"],
	"": 0,
	"a/b": 1,
	"c%d": 2,
	"e^f": 3,
	"g|h": 4,
	"i\\j": 5,
	'k"l': 6,
	" ": 7,
	"m~n": 8,
};

describe("a JSON pointer", () => {
	it.each<[string, Json]>([
		["", document],
		["/foo", ["bar", "baz"]],
		["/foo/0", "bar"],
		["/", 0],
		["/a~1b", 1],
		["/c%d", 2],
		["/e^f", 3],
		["/g|h", 4],
		["/i\\j", 5],
		['/k"l', 6],
		["/ ", 7],
		["/m~0n", 8],
	])("%j finds the value that RFC 6901 gives", (text, value) => {
		expect(look(text, document)).toEqual({ value });
		expect(look(`#${text}`, "the element", document)).toEqual({ value });
	});

	it.each<[string, Json, Json]>([
		["/~01", { "~1": "a tilde and a one" }, "a tilde and a one"],
		["/~10", { "/0": "a slash and a zero" }, "a slash and a zero"],
		["//", { "": { "": "nameless twice" } }, "nameless twice"],
		["/ü/🜃", { ü: { "🜃": "beyond ASCII" } }, "beyond ASCII"],
		["/a\nb", { "a\nb": "a line break" }, "a line break"],
		["/1", { 1: "a member whose name is a number" }, "a member whose name is a number"],
		["/a#", { "a#": "a # further on" }, "a # further on"],
		["/list/10", { list: [..."0123456789a"] }, "a"],
		["/nothing", { nothing: null }, null],
	])("%j finds its value in %j", (text, element, value) => {
		expect(look(text, element)).toEqual({ value });
	});

	it("refers to the element, or to the whole payload after a #", () => {
		const element = { status: "firing" };
		const payload = { status: "resolved", alerts: [element] };
		expect(look("/status", element, payload)).toEqual({ value: "firing" });
		expect(look("#/status", element, payload)).toEqual({ value: "resolved" });
		expect(look("#/alerts/0", element, payload)).toEqual({ value: element });
		expect(look("#", element, payload)).toEqual({ value: payload });
		expect(look("#/", element, { "": "a member without a name" })).toEqual({ value: "a member without a name" });
	});

	it.each([
		["foo"],
		["foo/bar"],
		["/~"],
		["/~2"],
		["/a~"],
		["##/a"],
		["#a"],
		[" /a"],
		["$.a"],
		[".a"],
		["~0"],
		["/a/~"],
	])("cannot be %j", (text) => {
		expect(parsePointer(text)).toBeNull();
	});
});

describe("looking up a pointer", () => {
	it.each<[string, string, Json]>([
		["a missing member", "/b", { a: 1 }],
		["the prototype", "/__proto__", {}],
		["a method of the prototype", "/__proto__/toString", {}],
		["a constructor", "/constructor", {}],
		["a constructor's name", "/constructor/name", {}],
		["a method", "/toString", { a: 1 }],
		["a list's length", "/length", [1, 2]],
		["a list's method", "/map", [1, 2]],
		["a string's length", "/a/length", { a: "text" }],
		["a character of a string", "/a/0", { a: "text" }],
		["a number's member", "/a/b", { a: 1 }],
		["a member of null", "/a/b", { a: null }],
		["an index with a leading zero", "/01", ["a", "b"]],
		["the place after the last", "/-", ["a"]],
		["an index past the end", "/1", ["a"]],
		["a negative index", "/-1", ["a"]],
		["a fractional index", "/0.5", ["a"]],
		["an index in hex", "/0x0", ["a"]],
		["an index with an exponent", "/1e0", ["a", "b"]],
		["an index with a space", "/ 0", ["a"]],
		["an empty index", "/", ["a"]],
		["an index too large for any list", "/99999999999999999999999", ["a"]],
	])("finds nothing at %s", (_, text, element) => {
		expect(look(text, element)).toEqual({ value: undefined });
	});

	it("finds an own member whatever its name", () => {
		const element: Json = JSON.parse('{"__proto__": {"constructor": "its own"}}');
		expect(look("/__proto__/constructor", element)).toEqual({ value: "its own" });
	});
});

describe("any pointer and payload", () => {
	const value = fc
		.jsonValue({ maxDepth: 2, stringUnit: "grapheme-ascii" })
		.map((json): Json => JSON.parse(JSON.stringify(json)));

	it("never throws, and finds only JSON values", () => {
		const steps = fc.array(fc.oneof(fc.string(), fc.constantFrom("0", "-", "01", "~1", "__proto__", "length")), {
			maxLength: 4,
		});
		const text = fc.oneof(
			steps.map((all) => ["", ...all].join("/")),
			fc.string({ unit: "binary-ascii" }),
			fc.tuple(fc.constantFrom("", "#"), steps).map(([start, all]) => [start, ...all].join("/")),
		);
		fc.assert(
			fc.property(text, value, (pointer, payload) => {
				const seen = look(pointer, payload);
				if (seen?.value === undefined) return;
				expect(JSON.parse(JSON.stringify(seen.value))).toEqual(seen.value);
			}),
			{ numRuns: 300 },
		);
	});

	it("finds a member by the pointer made from its name", () => {
		fc.assert(
			fc.property(fc.string(), value, (name, held) => {
				const labels = Object.fromEntries([[name, held]]);
				expect(look(pointerText("/labels", name), { labels })).toEqual({ value: held });
			}),
		);
	});
});
