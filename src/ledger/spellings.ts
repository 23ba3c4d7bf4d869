// The spellings of a name under which an earlier release kept claims: it took "CI" and "ci" for two.
import { sameName } from "../deletion/record/actor.ts";

/** One row a name, whatever the number of claims: each step goes to the next name by the primary key. */
const names = `WITH RECURSIVE names (name) AS (
	SELECT min(actor) FROM claims
	UNION ALL SELECT (SELECT min(actor) FROM claims WHERE actor > name) FROM names WHERE name IS NOT NULL
) SELECT name FROM names WHERE name IS NOT NULL`;

/** From a name to all of its spellings, its own first. Read once a name: the configuration has one spelling of each. */
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
