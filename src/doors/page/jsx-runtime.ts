// What JSX compiles to. Each element becomes text at once, from the inside out; there is no tree. Text and values are always
// escaped, so nothing can write raw HTML. Element and attribute names come from the source and are not escaped.

/** The attributes that the pages use, so that a typo is a type error. None takes raw HTML. */
type Attribute =
	| "action"
	| "autocomplete"
	| "autofocus"
	| "charset"
	| "checked"
	| "class"
	| "colspan"
	| "content"
	| "datetime"
	| "for"
	| "height"
	| "hidden"
	| "href"
	| "http-equiv"
	| "id"
	| "label"
	| "lang"
	| "list"
	| "max"
	| "maxlength"
	| "method"
	| "name"
	| "open"
	| "placeholder"
	| "rel"
	| "required"
	| "role"
	| "scope"
	| "selected"
	| "spellcheck"
	| "src"
	| "tabindex"
	| "title"
	| "type"
	| "value"
	| "width"
	| "x"
	| "y"
	| `data-${string}`
	| `aria-${string}`;

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

/** Text that is already HTML. A class, because no outside data can have its private field. */
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

/** Elements without an end tag. */
const voids = new Set(["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"]);

/** The HTML of any JSX value; empty for null, undefined and booleans. */
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
/** The name that test builds use. */
export const jsxDEV = jsx;

export const Fragment = ({ children }: { readonly children?: JSX.Children }): Markup => new Markup(render(children));
