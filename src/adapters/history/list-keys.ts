// Lists KV's keys over one or several prefixes, in order of their ids across all prefixes.

import { idOf } from "./keys.ts";
import { limited } from "./limited.ts";
import { readLimitMs } from "./limits.ts";

interface KeyListing {
	keys: { name: string; metadata?: unknown }[];
	/** Where to continue; null at the end. */
	cursor: string | null;
}

/** Marks a prefix that has been listed to its end; KV never returns it. */
const atEnd = "";

/**
 * With several prefixes, it returns only keys up to the earliest end of a list, because the other prefixes may have keys in
 * between. A list that was not used up is requested again, so keys can come twice. Rejects if KV fails or refuses the cursor.
 */
export async function listKeys(
	kv: KVNamespace,
	prefixes: readonly string[],
	cursor: string | null,
	limit: number,
): Promise<KeyListing> {
	const cursors = prefixes.length === 1 ? [cursor] : cursorsIn(cursor, prefixes.length);
	const lists = await Promise.all(
		prefixes.map(async (prefix, index) => {
			const from = cursors[index] ?? null;
			if (from === atEnd) return { keys: [], next: atEnd, from };
			const list = await limited(readLimitMs, kv.list({ prefix, cursor: from, limit }));
			return { keys: list.keys, next: list.list_complete ? atEnd : list.cursor, from };
		}),
	);
	const [only, ...others] = lists;
	if (only !== undefined && others.length === 0)
		return { keys: only.keys, cursor: only.next === atEnd ? null : only.next };

	const ends = lists.filter(({ next }) => next !== atEnd).map(({ keys }) => idOf(keys.at(-1)?.name ?? ""));
	const frontier = ends.toSorted()[0] ?? null;
	const isBefore = (name: string) => frontier === null || idOf(name) <= frontier;
	const onwards = lists.map(({ keys, next, from }) => (keys.every(({ name }) => isBefore(name)) ? next : from));
	return {
		keys: lists
			.flatMap(({ keys }) => keys.filter(({ name }) => isBefore(name)))
			.toSorted((a, b) => (idOf(a.name) < idOf(b.name) ? -1 : 1)),
		cursor: onwards.every((one) => one === atEnd) ? null : JSON.stringify(onwards),
	};
}

function cursorsIn(cursor: string | null, count: number): (string | null)[] {
	if (cursor === null) return Array.from({ length: count }, () => null);
	const read: unknown = parsed(cursor);
	if (Array.isArray(read) && read.length === count && read.every((one) => one === null || typeof one === "string"))
		return read;
	throw new Error("the cursor belongs to another list");
}

function parsed(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return null;
	}
}
