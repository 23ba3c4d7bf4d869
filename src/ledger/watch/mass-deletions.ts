// Mass deletions: each one, and the records that belong to it. Stored in the transaction that judges it,
// and kept for a week, as records are.
import { plainId } from "../../deletion/address/cloudflare-id.ts";
import type { MassGlance } from "../../deletion/ledger-api.ts";
import { at, type Deletion, type Summary, summaryOf, wholeSummary } from "../../deletion/record/deletion.ts";
import { type MassDeletion, massDeletionId } from "../../deletion/restorations/mass-deletion.ts";
import type { WatchFacts } from "../../deletion/status.ts";
import type { Lifetime } from "../../watch/lifetime.ts";
import { keptMs, massDeletionsShown, massRecordsShown } from "../limits.ts";
import { readRow, type StoredRow } from "../tables.ts";

interface Event {
	/** When the first of its losses was missed; no two events have the same. */
	startMs: number;
	noticedMs: number;
	froze: boolean;
}

/** Adds losses to an event, which may be known already. */
export function keepMassDeletion(
	sql: SqlStorage,
	{ startMs, noticedMs, froze }: Event,
	losses: readonly Lifetime[],
): void {
	const insert = "INSERT OR IGNORE INTO mass_deletions (start_at, noticed_at, froze) VALUES (?, ?, ?)";
	sql.exec(insert, startMs, noticedMs, froze ? 1 : 0);
	for (const { bindingId } of losses) {
		const record = lossOf(sql, bindingId);
		if (record === null) continue;
		const add = "INSERT OR IGNORE INTO mass_deletion_records (start_at, deletion_id, summary) VALUES (?, ?, ?)";
		sql.exec(add, startMs, record.id, JSON.stringify(summaryOf(record)));
	}
}

/** The newest record of the watch about this binding. */
function lossOf(sql: SqlStorage, bindingId: string): Deletion | null {
	const query = "SELECT id, record FROM deletions WHERE binding_id = ? AND unreadable IS NOT change ORDER BY id";
	for (const row of sql.exec<StoredRow>(query, plainId(bindingId)).toArray()) {
		const deletion = readRow(sql, row)?.deletion;
		if (deletion?.elsewhere !== undefined) return deletion;
	}
	return null;
}

export function pruneMassDeletions(sql: SqlStorage, nowMs: number): void {
	const old = "SELECT start_at FROM mass_deletions WHERE noticed_at <= ?";
	sql.exec(`DELETE FROM mass_deletion_records WHERE start_at IN (${old})`, nowMs - keptMs);
	sql.exec("DELETE FROM mass_deletions WHERE noticed_at <= ?", nowMs - keptMs);
}

type EventRow = { start_at: number; noticed_at: number; froze: number };

const eventsSince = (sql: SqlStorage, sinceMs: number): EventRow[] =>
	sql
		.exec<EventRow>(
			`SELECT start_at, noticed_at, froze FROM mass_deletions WHERE noticed_at > ?
			ORDER BY start_at DESC LIMIT ${massDeletionsShown}`,
			sinceMs,
		)
		.toArray();

/** Newest first. */
export function massDeletions(sql: SqlStorage, nowMs: number): MassDeletion[] {
	let left = massRecordsShown;
	return eventsSince(sql, nowMs - keptMs).map(({ start_at, noticed_at, froze }) => {
		const deletions = recordsOf(sql, start_at, left);
		left -= deletions.length;
		return {
			id: massDeletionId(start_at),
			since: at(start_at),
			noticed_at: at(noticed_at),
			froze: froze === 1,
			deletions: deletions.toSorted(byCidr),
			restorations_id: restorationsOf(sql, start_at),
		};
	});
}

/** Those that are not fully restored, newest first. What has left the Ledger counts as restored: nobody knows here. */
export function massGlances(sql: SqlStorage, nowMs: number): MassGlance[] {
	type Row = { start_at: number; total: number; missing: number };
	const query = `SELECT e.start_at, count(*) AS total, total(d.state = 'deleted_elsewhere') AS missing
		FROM mass_deletions e JOIN mass_deletion_records m ON m.start_at = e.start_at
			LEFT JOIN deletions d ON d.id = m.deletion_id
		WHERE e.noticed_at > ? GROUP BY e.start_at HAVING missing > 0
		ORDER BY e.start_at DESC LIMIT ${massDeletionsShown}`;
	return sql
		.exec<Row>(query, nowMs - keptMs)
		.toArray()
		.map(({ start_at, total, missing }) => ({ id: massDeletionId(start_at), since: at(start_at), total, missing }));
}

export function massFacts(sql: SqlStorage, nowMs: number): NonNullable<WatchFacts["massDeletions"]> {
	const events = eventsSince(sql, nowMs - keptMs);
	const [newest] = events;
	return {
		count: events.length,
		newest: newest === undefined ? null : { id: massDeletionId(newest.start_at), sinceMs: newest.start_at },
	};
}

/** As they are now; as they were, if they have left the Ledger. */
function recordsOf(sql: SqlStorage, startMs: number, atMost: number): Summary[] {
	type Row = { summary: string };
	const query = `SELECT coalesce(CASE WHEN d.summary_change = d.change THEN d.summary END, m.summary) AS summary
		FROM mass_deletion_records m LEFT JOIN deletions d ON d.id = m.deletion_id
		WHERE m.start_at = ? ORDER BY m.deletion_id LIMIT ?`;
	return sql
		.exec<Row>(query, startMs, atMost)
		.toArray()
		.map(({ summary }) => wholeSummary(JSON.parse(summary)));
}

function restorationsOf(sql: SqlStorage, startMs: number): string | null {
	const query = `SELECT r.id FROM restorations r WHERE EXISTS (SELECT 1 FROM mass_deletion_records m
			JOIN restoration_items i ON i.restorations_id = r.id AND i.deletion_id = m.deletion_id WHERE m.start_at = ?)
		ORDER BY r.made_at DESC, r.id LIMIT 1`;
	return sql.exec<{ id: string }>(query, startMs).toArray()[0]?.id ?? null;
}

const byCidr = (one: Summary, other: Summary): number =>
	(one.cidr ?? "").localeCompare(other.cidr ?? "", "en", { numeric: true }) || one.id.localeCompare(other.id);
