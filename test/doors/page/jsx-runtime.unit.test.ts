import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Fragment, jsx, jsxDEV, jsxs, render } from "../../../src/doors/page/jsx-runtime.ts";

const paragraph = (children: unknown, attributes: Record<string, unknown> = {}) =>
	render(jsx("p", { ...attributes, children }));

/** Reads text and values as a browser does. */
const entities: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', "#39": "'" };
const read = (html: string): string =>
	html.replace(/&(amp|lt|gt|quot|#39);/g, (_, name: string) => entities[name] ?? "");

/** Texts full of HTML's special characters. */
const text = fc.string({
	unit: fc.constantFrom(
		"<",
		">",
		"&",
		'"',
		"'",
		"`",
		"=",
		"/",
		"!",
		"-",
		" ",
		"\n",
		"\0",
		"a",
		"script",
		"&lt;",
		"]]>",
	),
	maxLength: 30,
});

describe("JSX", () => {
	it.each<[string, unknown, string]>([
		["a text", "one", "<p>one</p>"],
		["a number", 1.5, "<p>1.5</p>"],
		["zero", 0, "<p>0</p>"],
		["an empty text", "", "<p></p>"],
		["null", null, "<p></p>"],
		["undefined", undefined, "<p></p>"],
		["false", false, "<p></p>"],
		["true", true, "<p></p>"],
		["a list in a list", ["a", [1, [null, "b"]], false], "<p>a1b</p>"],
		["an element", jsx("b", { children: "<" }), "<p><b>&lt;</b></p>"],
		["elements in a list", [jsx("b", {}), " ", jsx("i", {})], "<p><b></b> <i></i></p>"],
		["a fragment", Fragment({ children: ["a", jsx("b", { children: "c" })] }), "<p>a<b>c</b></p>"],
		["an empty fragment", Fragment({}), "<p></p>"],
		["possible markup", `<b a="1" c='2'>&amp;`, "<p>&lt;b a=&quot;1&quot; c=&#39;2&#39;&gt;&amp;amp;</p>"],
	])("renders %s", (_, children, html) => {
		expect(paragraph(children)).toBe(html);
	});

	it.each<[string, unknown, string]>([
		["a text", "one", '<p title="one"></p>'],
		["a number", 0, '<p title="0"></p>'],
		["an empty text", "", '<p title=""></p>'],
		["true", true, "<p title></p>"],
		["false", false, "<p></p>"],
		["null", null, "<p></p>"],
		["undefined", undefined, "<p></p>"],
		["possible markup", `"'><b>&`, '<p title="&quot;&#39;&gt;&lt;b&gt;&amp;"></p>'],
		["an element, but not as markup", jsx("b", {}), '<p title="[object Object]"></p>'],
	])("renders an attribute that is %s", (_, title, html) => {
		expect(paragraph(null, { title })).toBe(html);
	});

	it("writes no end tag for void elements, and one for every other", () => {
		expect(render(jsx("input", { type: "hidden", value: "&" }))).toBe('<input type="hidden" value="&amp;">');
		expect(render([jsx("br", {}), jsx("meta", {}), jsx("link", {})])).toBe("<br><meta><link>");
		expect(render([jsx("script", { src: "/a" }), jsx("rect", {})])).toBe('<script src="/a"></script><rect></rect>');
	});

	it("calls a component with its props", () => {
		const Named = ({ name, children }: { readonly [name: string]: unknown }) =>
			name === undefined ? null : jsx("b", { title: name as string, children: children as string });
		expect(render(jsx(Named, { name: "<", children: [1, jsx("i", {})] }))).toBe('<b title="&lt;">1<i></i></b>');
		expect(render(jsx(Named, {}))).toBe("");
	});

	it("is the same under each of its names", () => {
		expect([jsxs, jsxDEV]).toEqual([jsx, jsx]);
	});

	it("shows any text literally and as nothing else", () => {
		fc.assert(
			fc.property(text, text, (value, content) => {
				const html = paragraph([content, jsx("b", { title: value, children: [[content]] })], { title: value });
				const [, title = "", first = "", inner = "", second = "", ...more] =
					/^<p title="([^"<>]*)">([^"<>]*)<b title="([^"<>]*)">([^"<>]*)<\/b><\/p>$/.exec(html) ?? [];
				expect(more).toEqual([]);
				expect([title, first, inner, second].map(read)).toEqual([value, content, value, content]);
			}),
			{ numRuns: 1000 },
		);
	});

	const real = jsx("b", {});
	const forged = "<script>alert(1)</script>";
	it.each<[string, unknown]>([
		["an element of another runtime", { type: "b", props: { dangerouslySetInnerHTML: { __html: forged } } }],
		["an element that went through JSON", JSON.parse(`{"#text":"${forged}","text":"${forged}"}`)],
		["a self-declared element", { constructor: real.constructor, toString: () => forged, valueOf: () => forged }],
		["an object that inherits from an element", Object.assign(Object.create(real), { toString: () => forged })],
		[
			"an object with an element's prototype",
			Object.create(Object.getPrototypeOf(real), { toString: { value: () => forged } }),
		],
		["a text as an object", Object(forged)],
		["a function", Object.assign(() => null, { toString: () => forged })],
	])("does not take %s for an element", (_, like) => {
		for (const html of [paragraph(like), paragraph([[like]]), render(jsx(() => like as string, {}))])
			expect(html.replace(/^<p>|<\/p>$/g, "")).not.toMatch(/[<>]/);
		expect(paragraph(null, { title: like })).toMatch(/^<p title="[^<>"]*"><\/p>$/);
	});

	it("does not let anyone change an existing element", () => {
		const bold = jsx("b", { children: "<" });
		Object.assign(bold, { text: forged, toString: () => forged });
		expect(paragraph(bold)).toBe("<p><b>&lt;</b></p>");
	});
});
