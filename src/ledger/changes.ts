// What the Ledger knows that KV may not show yet: open deletions, and whatever changed in the last ten minutes. KV
// promises to have caught up after "60 seconds or more".
import { plainId } from "../deletion/cloudflare-id.ts";
import { type Summary, summaryOf } from "../deletion/deletion.ts";
import type { Changes, ChangesQuery } from "../deletion/ledger-api.ts";
import { readRecord, setFlag } from "./tables.ts";

const recentMs = 600_000;
const toldAtMost = 1000;

export function changes(sql: SqlStorage, query: ChangesQuery, nowMs: number): Changes {
	const version = versionOf(sql);
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

/** The count of changes, and a name of its own for each new journal, whose count begins anew. */
function versionOf(sql: SqlStorage): string {
	const query = `SELECT (SELECT value FROM flags WHERE name = 'journal') AS journal,
		(SELECT coalesce(max(change), 0) FROM deletions) AS change`;
	const { journal, change } = sql.exec<{ journal: string | null; change: number }>(query).one();
	return `${journal ?? begunJournal(sql)}-${change}`;
}

function begunJournal(sql: SqlStorage): string {
	const journal = crypto.randomUUID().slice(0, 8);
	setFlag(sql, "journal", journal);
	return journal;
}
