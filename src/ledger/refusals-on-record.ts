// A caller's refusals in the last hour, according to the Ledger's rows. A restarted Ledger goes on counting from there: the
// platform ends an object that is idle for a minute or two, and a caller could wait for that.
import type { Hour } from "./refusals.ts";

export function refusalsOnRecord(sql: SqlStorage, actor: string, sinceMs: number): Hour | null {
	const field = (path: string) => `CASE WHEN json_valid(record) THEN json_extract(record, '$.${path}') END`;
	const query = `SELECT id, changed_at, target, requests FROM (
			SELECT id, changed_at, cidr, ${field("actor.name")} AS actor, ${field("target")} AS target,
				${field("requests")} AS requests, ${field("failure.code")} AS code, state
			FROM deletions WHERE changed_at > ?1 AND open = 0
		) WHERE actor = ?2 COLLATE NOCASE AND (state = 'refused' OR code = 'binding_not_found') ORDER BY changed_at`;
	type Row = { id: string; changed_at: number; target: string; requests: number | null };
	const rows = sql.exec<Row>(query, sinceMs, actor).toArray();
	const [first] = rows;
	if (first === undefined) return null;
	const counting = rows.findLast(({ target }) => target === summaryTarget);
	return {
		sinceMs: first.changed_at,
		recorded: rows.length,
		summary: counting === undefined ? null : { id: counting.id, requests: counting.requests ?? 1 },
	};
}

/** The target of the record that counts the rest of an hour. */
export const summaryTarget = "various";
