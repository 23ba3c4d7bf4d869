// The facts about a Ledger: what its tables say about waiting work, and whether they can be written at all.

import type { readConfig } from "../config.ts";
import { type HealthFacts, healthProblems, type StatusFacts } from "../deletion/status.ts";
import { log, traceOf } from "../log.ts";
import { isCredentialRejected, markOf } from "./credential.ts";
import { earliest } from "./due.ts";
import { graceMs, probeKeptMs } from "./limits.ts";
import { countUnreadable, getFlag, setFlag } from "./tables.ts";

type Work = Pick<HealthFacts, "overdueSinceMs" | "unpublishedSinceMs">;
type Tables = Work &
	Pick<
		StatusFacts,
		"overdue" | "unpublished" | "unknown" | "schema" | "databaseBytes" | "lastAlarmMs" | "credentialCheckedMs"
	>;

/** What waits for how long. */
function workFacts(sql: SqlStorage, nowMs: number): Work {
	const query = `SELECT
		(SELECT min(settle_at) FROM deletions WHERE settle_at <= ?1) AS settleMs,
		(SELECT min(due_at) FROM deletions WHERE due_at <= ?1) AS dueMs,
		(SELECT min(publish_at) FROM deletions WHERE publish_at <= ?1) AS publishMs,
		(SELECT min(+changed_at) FROM deletions WHERE publish_at IS NOT NULL) AS unpublishedSinceMs`;
	type Row = Record<"settleMs" | "dueMs" | "publishMs" | "unpublishedSinceMs", number | null>;
	const { settleMs, dueMs, publishMs, unpublishedSinceMs } = sql.exec<Row>(query, nowMs - graceMs).one();
	return { overdueSinceMs: earliest(settleMs, dueMs, publishMs), unpublishedSinceMs };
}

export function tableFacts(sql: SqlStorage, nowMs: number): Tables {
	// Each query uses an index, because a week has many rows; the plus keeps SQLite from using the index on changed_at.
	const query = `SELECT (SELECT count(*) FROM deletions WHERE publish_at IS NOT NULL) AS unpublished,
		(SELECT count(DISTINCT id) FROM (SELECT id FROM deletions WHERE settle_at <= ?1
			UNION ALL SELECT id FROM deletions WHERE due_at <= ?1
			UNION ALL SELECT id FROM deletions WHERE publish_at <= ?1)) AS overdue`;
	return {
		...workFacts(sql, nowMs),
		...sql.exec<{ unpublished: number; overdue: number }>(query, nowMs - graceMs).one(),
		schema: Number(getFlag(sql, "schema") ?? 1),
		databaseBytes: sql.databaseSize,
		unknown: unknownOnes(sql),
		lastAlarmMs: timeIn(sql, "alarm_succeeded"),
		credentialCheckedMs: timeIn(sql, "credential_checked"),
	};
}

/** Deletions and restorations with an unknown outcome: how many, and the oldest. */
function unknownOnes(sql: SqlStorage): StatusFacts["unknown"] {
	const query = `SELECT id, coalesce(begun_at, changed_at) AS sinceMs FROM deletions WHERE open = 1 AND state = 'unknown'
		UNION ALL SELECT id, +changed_at FROM deletions WHERE open = 0 AND progress IS NOT NULL AND settle_at IS NOT NULL
			AND CASE WHEN json_valid(record) THEN json_extract(record, '$.restoration.state') END = 'unknown'
		ORDER BY sinceMs`;
	const rows = sql.exec<{ id: string; sinceMs: number }>(query).toArray();
	return { count: rows.length, oldest: rows[0] ?? null };
}

const timeIn = (sql: SqlStorage, flag: string): number | null => {
	const text = getFlag(sql, flag);
	return text === null ? null : Number(text);
};

/** What is slow to find out, or costs a write, is looked up at most once per minute. */
export function createStatus(sql: SqlStorage, configOf: () => ReturnType<typeof readConfig>) {
	const isRejected = (): boolean => {
		const config = configOf();
		return !config.ok || isCredentialRejected(sql, markOf(config.value.credential));
	};
	const storageWorks = onceAMinute((nowMs) => isWritable(sql, nowMs));
	const countRows = onceAMinute(() => {
		const { rows } = sql.exec<{ rows: number }>("SELECT count(*) AS rows FROM deletions").one();
		return { rows, unreadable: countUnreadable(sql) };
	});
	return {
		health(callsLeft: number | null, nowMs: number) {
			const credentialRejected = isRejected();
			const probed = { credentialRejected, callsLeft, storageWorks: storageWorks(nowMs) };
			return { credentialRejected, problems: healthProblems({ ...probed, ...workFacts(sql, nowMs) }, nowMs) };
		},
		status(known: Pick<StatusFacts, "callsLeft" | "nextAlarmMs" | "watch" | "destinations">, nowMs: number) {
			const probed = { credentialRejected: isRejected(), storageWorks: storageWorks(nowMs), ...countRows(nowMs) };
			const facts = { ...known, ...probed, ...tableFacts(sql, nowMs) };
			return { facts, problems: healthProblems(facts, nowMs) };
		},
	};
}

function onceAMinute<Value>(look: (nowMs: number) => Value): (nowMs: number) => Value {
	let last: { atMs: number; value: Value } | null = null;
	return (nowMs) => {
		if (last === null || Math.abs(nowMs - last.atMs) >= probeKeptMs) last = { atMs: nowMs, value: look(nowMs) };
		return last.value;
	};
}

function isWritable(sql: SqlStorage, nowMs: number): boolean {
	try {
		setFlag(sql, "probe", String(nowMs));
		return getFlag(sql, "probe") === String(nowMs);
	} catch (error) {
		log("error", "storage_not_writable", traceOf(error));
		return false;
	}
}
