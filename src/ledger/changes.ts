// What the Ledger knows that KV may not show yet: open deletions, and whatever changed in the last ten minutes. KV
// promises to have caught up after "60 seconds or more".
import { plainId } from "../deletion/cloudflare-id.ts";
import { type Summary, summaryOf } from "../deletion/deletion.ts";
import type { Changes, ChangesQuery } from "../deletion/ledger-api.ts";
import { readRecord } from "./tables.ts";

const recentMs = 600_000;
const toldAtMost = 1000;

/** @param version the journal's, as it is now. */
export function changes(sql: SqlStorage, version: string, query: ChangesQuery, nowMs: number): Changes {
	if (query.unless === version) return { version, recent: null, until: null };
	const bindingId = query.bindingId === null ? null : plainId(query.bindingId);
	const prefixId = query.prefixId === null ? null : plainId(query.prefixId);
	const atMost = Math.min(query.atMost ?? toldAtMost, toldAtMost);
	const rows = sql
		.exec<{ record: string }>(
			`SELECT record FROM deletions
			WHERE id IN (SELECT id FROM deletions WHERE open = 1 UNION ALL SELECT id FROM deletions WHERE changed_at >= ?)
				AND id > ? AND (? IS NULL OR binding_id = ?) AND (? IS NULL OR prefix_id = ?) ORDER BY id LIMIT ?`,
			nowMs - recentMs,
			query.afterId,
			bindingId,
			bindingId,
			prefixId,
			prefixId,
			atMost,
		)
		.toArray();
	const recent = rows.map((row) => summaryOf(readRecord(row.record)));
	return { version, recent, until: recent.length === atMost ? (recent.at(-1)?.id ?? null) : null };
}

/** The newest carried-out deletion that the Ledger still has. */
export function lastDeletion(sql: SqlStorage, named: { bindingId?: string; cidr?: string }): Summary | null {
	const query = `SELECT record FROM deletions WHERE (binding_id = ? OR cidr = ?)
		AND state IN ('deleted', 'already_gone', 'restored') ORDER BY id LIMIT 1`;
	const [row] = sql
		.exec<{ record: string }>(
			query,
			named.bindingId === undefined ? null : plainId(named.bindingId),
			named.cidr ?? null,
		)
		.toArray();
	return row === undefined ? null : summaryOf(readRecord(row.record));
}
