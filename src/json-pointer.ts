// JSON pointers (RFC 6901), which the configuration uses to find a value in a sender's payload. If the payload is a list of
// elements, a pointer starts at the element, or with "#" at the whole payload.
import type { Json } from "./deletion/record/json.ts";

export interface JsonPointer {
	of: "element" | "payload";
	path: readonly string[];
}

/** null where the text is no pointer. */
export function parsePointer(text: string): JsonPointer | null {
	if (!/^#?(?:\/(?:[^~/]|~[01])*)*$/u.test(text)) return null;
	const [, ...path] = text.split("/").map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
	return { of: text.startsWith("#") ? "payload" : "element", path };
}

/** A pointer to a member of that name, whatever is in the name. */
export const pointerText = (start: string, member: string): string =>
	`${start}/${member.replaceAll("~", "~0").replaceAll("/", "~1")}`;

/** The value there; undefined if there is none. Own members only, never inherited ones. */
export function valueAt(pointer: JsonPointer, element: Json, payload: Json): Json | undefined {
	let value: Json | undefined = pointer.of === "payload" ? payload : element;
	for (const part of pointer.path) {
		if (typeof value !== "object" || value === null) return undefined;
		if (Array.isArray(value)) value = /^(?:0|[1-9]\d*)$/.test(part) ? value[Number(part)] : undefined;
		else value = Object.hasOwn(value, part) ? value[part] : undefined;
	}
	return value;
}
