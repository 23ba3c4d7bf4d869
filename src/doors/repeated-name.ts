// A name that one object of a JSON text has twice. Parsers differ in which of the two counts, so that what was checked on
// the way here may not be what is read here.

const tokens = /"(?:[^"\\]|\\.)*"|[{}[\],:]/g;

/** @param text valid JSON. The first such name as it is meant, whatever it is escaped as; null where there is none. */
export function repeatedName(text: string): string | null {
	/** The names of each object that is open; null for a list. */
	const open: (Set<string> | null)[] = [];
	let last = "";
	for (const [token] of text.matchAll(tokens)) {
		if (token === "{") open.push(new Set());
		else if (token === "[") open.push(null);
		else if (token === "}" || token === "]") open.pop();
		else if (token === ":") {
			const names = open.at(-1);
			const name: string = JSON.parse(last);
			if (names?.has(name)) return name;
			names?.add(name);
		}
		last = token;
	}
	return null;
}
