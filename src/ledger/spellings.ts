// The spellings under which an earlier release stored a name's claims: it treated "CI" and "ci" as different.
import { sameName } from "../deletion/record/actor.ts";

/** One row per name, however many claims: each step jumps to the next name by the primary key. */
const names = `WITH RECURSIVE names (name) AS (
	SELECT min(actor) FROM claims
	UNION ALL SELECT (SELECT min(actor) FROM claims WHERE actor > name) FROM names WHERE name IS NOT NULL
) SELECT name FROM names WHERE name IS NOT NULL`;

/** Maps a name to all its spellings, its own first. Read once per name: the configuration has one spelling of each. */
export function createSpellings(sql: SqlStorage): (name: string) => readonly string[] {
	const known = new Map<string, readonly string[]>();
	return (name) => {
		const spellings = known.get(name) ?? [name, ...othersOf(sql, name)];
		known.set(name, spellings);
		return spellings;
	};
}

const othersOf = (sql: SqlStorage, name: string): string[] =>
	sql
		.exec<{ name: string }>(names)
		.toArray()
		.map((row) => row.name)
		.filter((other) => other !== name && sameName(other, name));
