// What JSX is compiled to: each element becomes text at once, inside out, and there is no tree. Text and values are escaped;
// there is no way to write HTML as it is. Names of elements and attributes are not: they stand in the source.
import type { Attribute } from "./jsx-attributes.ts";

type Text = string | number | boolean | null | undefined;

export declare namespace JSX {
	type Element = Markup;
	type Children = Element | Text | readonly Children[];
	interface ElementChildrenAttribute {
		children: unknown;
	}
	type Attributes = { [Name in Attribute]?: Text } & { children?: Children };
	interface IntrinsicElements {
		[name: string]: Attributes;
	}
}

interface Props {
	readonly [name: string]: unknown;
}
type Component = (props: Props) => JSX.Children;

/** Text that is HTML already. A class, because a private field is what nothing that came from outside can have. */
class Markup {
	readonly #text: string;
	constructor(text: string) {
		this.#text = text;
	}
	/** null for anything else, whatever it looks like. */
	static textOf(value: unknown): string | null {
		return typeof value === "object" && value !== null && #text in value ? value.#text : null;
	}
}

const entities: Readonly<Record<string, string>> = {
	"&": "&amp;",
	"<": "&lt;",
	">": "&gt;",
	'"': "&quot;",
	"'": "&#39;",
};
const escaped = (text: string): string => text.replace(/[&<>"']/g, (character) => entities[character] ?? "");

/** Those that have no end. */
const voids = new Set([
	"area",
	"base",
	"br",
	"col",
	"embed",
	"hr",
	"img",
	"input",
	"link",
	"meta",
	"source",
	"track",
	"wbr",
]);

/** The HTML of whatever JSX may hold; nothing for null, undefined and booleans. */
export function render(children: unknown): string {
	if (children === null || children === undefined || typeof children === "boolean") return "";
	if (Array.isArray(children)) return children.map(render).join("");
	return Markup.textOf(children) ?? escaped(String(children));
}

export function jsx(type: string | Component, props: Props): Markup {
	if (typeof type !== "string") return new Markup(render(type(props)));
	const { children, ...attributes } = props;
	const start = `<${type}${Object.entries(attributes).map(attribute).join("")}>`;
	return new Markup(voids.has(type) ? start : `${start}${render(children)}</${type}>`);
}

function attribute([name, value]: [string, unknown]): string {
	if (value === null || value === undefined || value === false) return "";
	return value === true ? ` ${name}` : ` ${name}="${escaped(String(value))}"`;
}

export const jsxs = jsx;
/** What is compiled for tests calls it so. */
export const jsxDEV = jsx;

export const Fragment = ({ children }: { readonly children?: JSX.Children }): Markup => new Markup(render(children));
