// The alarm's work list: which deletions are due, when anything is due next, and what is old enough to go.

import { hasReadHistory, isImporting } from "./freezes.ts";
import type { CountedJournal } from "./journal.ts";
import { alarmPauseMs, keptMs, settledAtOnce } from "./limits.ts";
import { idsIn, setFlag } from "./tables.ts";
import { pruneMassDeletions } from "./watch/mass-deletions.ts";

/** Nothing left to do, at Cloudflare or in KV. */
const isDone = `open = 0 AND settle_at IS NULL AND due_at IS NULL AND publish_at IS NULL AND republish_at IS NULL
	AND mirror_at IS NULL`;

/**
 * Works on what is due, then drops what is old.
 * @returns how many were due.
 */
export async function finishDue(
	sql: SqlStorage,
	journal: Pick<CountedJournal, "countRefusals">,
	advance: (id: string) => Promise<void>,
): Promise<number> {
	journal.countRefusals();
	const ids = dueIds(sql, Date.now(), settledAtOnce);
	await Promise.all(ids.map(advance));
	prune(sql, Date.now());
	setFlag(sql, "alarm_succeeded", String(Date.now()));
	return ids.length;
}

/** Deletions that are due, longest overdue first. */
export function dueIds(sql: SqlStorage, nowMs: number, atMost: number): string[] {
	const query = `SELECT id FROM (
			SELECT id, settle_at AS at FROM deletions WHERE settle_at <= ?1 AND unreadable IS NOT change
			UNION ALL SELECT id, due_at FROM deletions WHERE due_at <= ?1 AND unreadable IS NOT change
		) GROUP BY id ORDER BY min(at) LIMIT ?2`;
	return idsIn(sql, query, nowMs, atMost);
}

/** When work at Cloudflare or pruning is due next; null if there is none. The outbox handles KV. */
export function nextDueMs(sql: SqlStorage): number | null {
	const query = `SELECT min(at) AS at FROM (
		SELECT min(settle_at) AS at FROM deletions WHERE settle_at IS NOT NULL AND unreadable IS NOT change
		UNION ALL SELECT min(due_at) FROM deletions WHERE due_at IS NOT NULL AND unreadable IS NOT change
		UNION ALL SELECT min(made_at) + ${keptMs} FROM claims
		UNION ALL SELECT min(made_at) + ${keptMs} FROM aliases WHERE publish_at IS NULL
		UNION ALL SELECT min(changed_at) + ${keptMs} FROM deletions
			WHERE ${isDone} AND change < (SELECT max(change) FROM deletions))`;
	return sql.exec<{ at: number | null }>(query).one().at;
}

/**
 * When the alarm has anything to do next; null if never. Until a new Ledger has read the history, it sends nothing to KV, but
 * keeps trying to read it.
 */
export function nextWakeMs(
	sql: SqlStorage,
	kvDueMs: readonly (number | null)[],
	readMs: readonly (number | null)[],
	nowMs: number,
): number | null {
	const hasToRead = isImporting(sql) || kvDueMs.some((atMs) => atMs !== null);
	const laterMs = hasReadHistory(sql) ? kvDueMs : [hasToRead ? nowMs + alarmPauseMs : null];
	return earliest(nextDueMs(sql), ...readMs, ...laterMs);
}

/** null if nothing is due. */
export function earliest(...times: readonly (number | null)[]): number | null {
	const dueMs = times.filter((atMs) => atMs !== null);
	return dueMs.length === 0 ? null : Math.min(...dueMs);
}

/** Retries a deletion later; does nothing if it is settled. */
export function postpone(sql: SqlStorage, id: string, atMs: number): void {
	sql.exec("UPDATE deletions SET settle_at = ? WHERE id = ? AND settle_at IS NOT NULL", atMs, id);
	sql.exec("UPDATE deletions SET due_at = ? WHERE id = ? AND due_at IS NOT NULL", atMs, id);
}

/** Keeps the newest change, so that the change count never goes down. */
export function prune(sql: SqlStorage, nowMs: number): void {
	pruneMassDeletions(sql, nowMs);
	sql.exec("DELETE FROM claims WHERE made_at <= ?", nowMs - keptMs);
	sql.exec("DELETE FROM aliases WHERE made_at <= ? AND publish_at IS NULL", nowMs - keptMs);
	sql.exec(
		`DELETE FROM deletions WHERE ${isDone} AND changed_at <= ? AND change < (SELECT max(change) FROM deletions)`,
		nowMs - keptMs,
	);
}
