// How many deletions are waiting: for approval, for their time, or only for the freeze to end.
import type { Waiting } from "../deletion/judgement/freeze.ts";

/** An unreadable record counts as waiting for its time. */
export function waiting(sql: SqlStorage, nowMs: number): Waiting {
	const start = `CASE WHEN json_valid(record) THEN coalesce(json_extract(record, '$.not_before'),
		json_extract(record, '$.approval.decided_at'), json_extract(record, '$.created_at')) END`;
	const query = `SELECT coalesce(sum(state = 'pending_approval'), 0) AS approval,
			coalesce(sum(state = 'scheduled'), 0) AS scheduled,
			coalesce(sum(state = 'scheduled' AND ${start} <= ?), 0) AS held
		FROM deletions WHERE open = 1 AND state IN ('pending_approval', 'scheduled')`;
	type Counts = { approval: number; scheduled: number; held: number };
	const { approval, scheduled, held } = sql.exec<Counts>(query, new Date(nowMs).toISOString()).one();
	return { approval, time: scheduled - held, held };
}
