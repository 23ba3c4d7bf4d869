// A name that one object of a JSON text has twice. Parsers differ in which of the two counts, so that what was checked on
// the way here may not be what is read here.

const parts = /"(?:[^"\\]|\\.)*"|[{}[\],:]/g;

/** @param text valid JSON. The first such name as it is meant, whatever it is escaped as; null where there is none. */
export function repeatedName(text: string): string | null {
	/** The names of each object that is open; null for a list. */
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
