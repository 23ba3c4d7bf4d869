// What the page uses of preact, and no more: preact's own types bring the DOM's with them, which a Worker does not have.
// There is no way to write HTML as it is (`dangerouslySetInnerHTML`): whatever is rendered is escaped.

type Text = string | number | null | undefined | boolean;

declare namespace JSX {
	interface Element {
		readonly type: unknown;
		readonly props: unknown;
	}
	type Children = Element | Text | readonly Children[];
	interface ElementChildrenAttribute {
		children: unknown;
	}
	interface IntrinsicAttributes {
		key?: string | number;
	}
	type Attribute =
		| "accept"
		| "action"
		| "autocapitalize"
		| "autocomplete"
		| "autofocus"
		| "charset"
		| "checked"
		| "class"
		| "cols"
		| "content"
		| "cx"
		| "cy"
		| "d"
		| "datetime"
		| "download"
		| "enctype"
		| "fill"
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
		| "media"
		| "method"
		| "min"
		| "name"
		| "open"
		| "pattern"
		| "placeholder"
		| "r"
		| "rel"
		| "required"
		| "role"
		| "rows"
		| "rx"
		| "scope"
		| "selected"
		| "size"
		| "spellcheck"
		| "src"
		| "step"
		| "tabindex"
		| "title"
		| "type"
		| "value"
		| "viewBox"
		| "width"
		| "x"
		| "x1"
		| "x2"
		| "xmlns"
		| "y"
		| "y1"
		| "y2"
		| `data-${string}`
		| `aria-${string}`;
	type Attributes = { [Name in Attribute]?: Text } & IntrinsicAttributes & { children?: Children };
	interface IntrinsicElements {
		[name: string]: Attributes;
	}
}

export type { JSX };
export declare const Fragment: (props: { children?: JSX.Children }) => JSX.Element;
export declare function jsx(type: unknown, props: object, key?: string): JSX.Element;
export declare const jsxs: typeof jsx;
export declare const jsxDEV: typeof jsx;
/** From `preact-render-to-string`. */
export declare function renderToString(element: JSX.Element): string;
