// Claims: which record answers for a caller's key, or for a request's id. Rows are deleted after a week.

import type { Claim, KeptClaim } from "../deletion/ports.ts";
import { sameName } from "../deletion/record/actor.ts";
import { formatVersion } from "../deletion/record/deletion.ts";
import { digested } from "../deletion/record/digest.ts";
import { claimsAtMost } from "./limits.ts";

export function makeClaims(sql: SqlStorage, deletionId: string, claims: readonly Claim[], nowMs: number): void {
	for (const { actor, key, payload, lasting } of claims) {
		sql.exec(
			`INSERT INTO claims (actor, key, payload, deletion_id, made_at, lasting, form) VALUES (?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT (actor, key) DO UPDATE SET payload = excluded.payload, deletion_id = excluded.deletion_id,
				made_at = excluded.made_at, form = excluded.form`,
			actor,
			key,
			payload,
			deletionId,
			nowMs,
			lasting ? 1 : 0,
			formatVersion,
		);
	}
}

/** @param names the spellings of the actor's name, the current one first. */
export function claimUnder(
	sql: SqlStorage,
	names: readonly string[],
	key: string,
): { payload: string; deletionId: string } | null {
	// Claims taken over from KV have the key's digest.
	const query = "SELECT payload, deletion_id FROM claims WHERE actor = ?1 AND key IN (?2, ?3) ORDER BY key = ?3";
	for (const name of names) {
		const [row] = sql.exec<{ payload: string; deletion_id: string }>(query, name, key, digested(key)).toArray();
		if (row !== undefined) return { payload: row.payload, deletionId: row.deletion_id };
	}
	return null;
}

/** A record's lasting claims as KV keeps them, oldest first. */
export function keptClaims(sql: SqlStorage, deletionId: string): KeptClaim[] {
	type Row = { actor: string; key: string; payload: string; made_at: number };
	const query = `SELECT actor, key, payload, made_at FROM claims WHERE deletion_id = ? AND lasting = 1
		ORDER BY made_at LIMIT ${claimsAtMost}`;
	return sql
		.exec<Row>(query, deletionId)
		.toArray()
		.map(({ actor, key, payload, made_at }) => ({
			actor,
			key: digested(key),
			payload: digested(payload),
			madeAtMs: made_at,
		}));
}

/** Takes over claims from KV. An existing claim is the same one: a key is not reused for a week. */
export function takeOverClaims(sql: SqlStorage, deletionId: string, claims: readonly KeptClaim[]): void {
	for (const { actor, key, payload, madeAtMs } of claims) {
		sql.exec(
			`INSERT OR IGNORE INTO claims (actor, key, payload, deletion_id, made_at, lasting, form)
			VALUES (?, ?, ?, ?, ?, 1, ?)`,
			actor,
			key,
			payload,
			deletionId,
			madeAtMs,
			formatVersion,
		);
	}
}

/** Lets the caller reuse its keys for another attempt. */
export const freeKeys = (sql: SqlStorage, deletionId: string): void =>
	void sql.exec("DELETE FROM claims WHERE deletion_id = ? AND lasting = 1", deletionId);

/** One row per name, however many claims: each step jumps to the next name by the primary key. */
const names = `WITH RECURSIVE names (name) AS (
	SELECT min(actor) FROM claims
	UNION ALL SELECT (SELECT min(actor) FROM claims WHERE actor > name) FROM names WHERE name IS NOT NULL
) SELECT name FROM names WHERE name IS NOT NULL`;

/**
 * Maps a name to all spellings under which claims are stored, its own first: version 0.1.0 treated "CI" and "ci" as
 * different. Read once per name: the configuration has one spelling of each.
 */
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
