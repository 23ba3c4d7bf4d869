// Claims: which record answers for a caller's key, or for a request's id. Rows leave after a week.
import { digested } from "../deletion/digest.ts";
import { form } from "../deletion/form.ts";
import type { Claim, KeptClaim } from "../deletion/ports.ts";

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
			form,
		);
	}
}

/** @param names the spellings of the actor's name, the present one first. */
export function claimUnder(
	sql: SqlStorage,
	names: readonly string[],
	key: string,
): { payload: string; deletionId: string } | null {
	// What was taken over from KV has the key's digest.
	const query = "SELECT payload, deletion_id FROM claims WHERE actor = ?1 AND key IN (?2, ?3) ORDER BY key = ?3";
	for (const name of names) {
		const [row] = sql.exec<{ payload: string; deletion_id: string }>(query, name, key, digested(key)).toArray();
		if (row !== undefined) return { payload: row.payload, deletionId: row.deletion_id };
	}
	return null;
}

/** More callers than this have not asked for one deletion. */
const keptAtMost = 100;

/** A record's lasting claims as KV keeps them, the first ones first. */
export function keptClaims(sql: SqlStorage, deletionId: string): KeptClaim[] {
	type Row = { actor: string; key: string; payload: string; made_at: number };
	const query = `SELECT actor, key, payload, made_at FROM claims WHERE deletion_id = ? AND lasting = 1
		ORDER BY made_at LIMIT ${keptAtMost}`;
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

/** Takes over what KV kept. One that is there already is the same: a key is not used again for a week. */
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
			form,
		);
	}
}

/** The caller's keys may be used for another attempt. */
export const freeKeys = (sql: SqlStorage, deletionId: string): void =>
	void sql.exec("DELETE FROM claims WHERE deletion_id = ? AND lasting = 1", deletionId);
