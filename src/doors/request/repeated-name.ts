// Finds a name that a JSON object has twice. Parsers differ in which one counts, so a proxy may have checked a value other
// than the one read here.

const parts = /"(?:[^"\\]|\\.)*"|[{}[\],:]/g;

/** The first repeated name, unescaped; null if there is none. @param text valid JSON. */
export function repeatedName(text: string): string | null {
	/** The names of each open object; null for a list. */
	const open: (Set<string> | null)[] = [];
	let last = "";
	for (const [part] of text.matchAll(parts)) {
		if (part === "{") open.push(new Set());
		else if (part === "[") open.push(null);
		else if (part === "}" || part === "]") open.pop();
		else if (part === ":") {
			const names = open.at(-1);
			const name: string = JSON.parse(last);
			if (names?.has(name)) return name;
			names?.add(name);
		}
		last = part;
	}
	return null;
}
