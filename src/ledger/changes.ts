// What the Ledger knows and KV may not show yet: open deletions, records that have not reached KV, and everything that
// changed or reached KV in the last ten minutes. KV says it catches up after "60 seconds or more".

import { plainId } from "../deletion/address/cloudflare-id.ts";
import type { Changes, ChangesQuery, Overview } from "../deletion/ledger-api.ts";
import { sameName } from "../deletion/record/actor.ts";
import { type Summary, wholeSummary } from "../deletion/record/deletion.ts";
import { freezeInForce, waiting } from "./freezes.ts";
import { promptMs, recentMs, rowsAtMost } from "./limits.ts";
import { outcomesSince } from "./outcomes.ts";
import { readRow, type StoredRow } from "./tables.ts";
import { massGlances } from "./watch/mass-deletions.ts";
import { settlingTimes } from "./watch/settling-times.ts";

const unsettledIds = `SELECT id FROM deletions WHERE open = 1
	UNION ALL SELECT id FROM deletions WHERE publish_at IS NOT NULL
	UNION ALL SELECT id FROM deletions WHERE republish_at IS NOT NULL
	UNION ALL SELECT id FROM deletions WHERE published_at >= ?1
	UNION ALL SELECT id FROM deletions WHERE changed_at >= ?1 - ${promptMs}`;
/** The stored summary if it belongs to the latest change, otherwise the record: version 0.1.0 writes no summary. */
const columns =
	"id, CASE WHEN summary_change = change THEN summary END AS summary, CASE WHEN summary_change IS NOT change THEN record END AS record";

interface Row {
	[column: string]: SqlStorageValue;
	id: string;
	summary: string | null;
	record: string | null;
}

/** @param version the journal's current version. */
export function changes(sql: SqlStorage, version: string, query: ChangesQuery, nowMs: number): Changes {
	if (query.unless === version) return { version, recent: null, until: null };
	const bindingId = query.bindingId === null ? null : plainId(query.bindingId);
	const prefixId = query.prefixId === null ? null : plainId(query.prefixId);
	const atMost = Math.min(query.atMost ?? rowsAtMost, rowsAtMost);
	const rows = sql
		.exec<Row>(
			`SELECT ${columns} FROM deletions
			WHERE ${query.week === true ? "?1 IS NOT NULL" : `id IN (${unsettledIds})`} AND unreadable IS NOT change
				AND id > ?2 AND (?3 IS NULL OR binding_id = ?3) AND (?4 IS NULL OR prefix_id = ?4) ORDER BY id LIMIT ?5`,
			nowMs - recentMs,
			query.afterId,
			bindingId,
			prefixId,
			atMost,
		)
		.toArray();
	const { actor = null, door = null } = query;
	const recent = rows
		.map((row) => summaryIn(sql, row))
		.filter((row) => row !== null)
		.filter((row) => (actor === null || sameName(row.actor, actor)) && (door === null || row.door === door));
	return { version, recent, until: rows.length === atMost ? (rows.at(-1)?.id ?? null) : null };
}

/**
 * The current state at a glance, in one call. Its version covers the records and the freeze.
 * @param journal the journal's current version.
 */
export function overview(
	sql: SqlStorage,
	journal: string,
	query: ChangesQuery,
	sinceDay: string,
	nowMs: number,
): Overview {
	const freeze = freezeInForce(sql, nowMs);
	const mark = freeze === null ? "" : `-f${Date.parse(freeze.since).toString(36)}`;
	const unless = query.unless?.endsWith(mark) ? query.unless.slice(0, query.unless.length - mark.length) : null;
	const { version, recent, until } = changes(sql, journal, { ...query, unless }, nowMs);
	const current = { changes: { version: `${version}${mark}`, recent, until }, freeze };
	if (recent === null) return { ...current, waiting: { approval: 0, time: 0, held: 0 }, outcomes: [] };
	return {
		...current,
		waiting: waiting(sql, nowMs),
		outcomes: outcomesSince(sql, sinceDay),
		settling: settlingTimes(sql, nowMs),
		lost: massGlances(sql, nowMs),
	};
}

function summaryIn(sql: SqlStorage, { id, summary, record }: Row): Summary | null {
	try {
		// Only the journal writes it, from a `Summary`.
		if (summary !== null) return wholeSummary(JSON.parse(summary));
	} catch {
		const [row] = sql.exec<StoredRow>("SELECT id, record FROM deletions WHERE id = ?", id).toArray();
		return row === undefined ? null : (readRow(sql, row)?.summary ?? null);
	}
	return record === null ? null : (readRow(sql, { id, record })?.summary ?? null);
}
