// How many deletions ended in which state, by the day they were requested. Counted in the same commit that stores the
// record, so that drawing the chart needs no read of the history.

import type { OutcomeCount } from "../deletion/ledger-api.ts";
import { type Deletion, isOpen, type State } from "../deletion/record/deletion.ts";
import { goneAs } from "../deletion/record/gone.ts";
import { outcomeDays } from "./limits.ts";

/** Call it before storing the record: the stored version says what it was counted as so far. */
export function countOutcome(sql: SqlStorage, deletion: Deletion): void {
	const before = countedAs(sql, deletion);
	const after = isOpen(deletion) ? null : deletion.state;
	if (before === after) return;
	const day = deletion.created_at.slice(0, 10);
	if (before !== null)
		sql.exec("UPDATE outcomes SET count = count - 1 WHERE day = ? AND state = ? AND count > 0", day, before);
	if (after === null) return;
	sql.exec(
		"INSERT INTO outcomes (day, state, count) VALUES (?, ?, 1) ON CONFLICT (day, state) DO UPDATE SET count = count + 1",
		day,
		after,
	);
	sql.exec("DELETE FROM outcomes WHERE day <= date(?, ?)", day, `-${outcomeDays} days`);
}

function countedAs(sql: SqlStorage, deletion: Deletion): State | null {
	const { id, restoration } = deletion;
	const query = "SELECT open, state FROM deletions WHERE id = ?";
	const [row] = sql.exec<{ open: number; state: State }>(query, id).toArray();
	if (row !== undefined) return row.open === 1 ? null : row.state;
	// The Ledger had already deleted the row, and stores it again to amend the record.
	return restoration === null ? null : goneAs(deletion);
}

/** @param sinceDay in UTC, such as 2026-02-20. */
export function outcomesSince(sql: SqlStorage, sinceDay: string): OutcomeCount[] {
	const query = "SELECT day, state, count FROM outcomes WHERE day >= ? AND count > 0 ORDER BY day, state";
	return sql.exec<{ day: string; state: OutcomeCount["state"]; count: number }>(query, sinceDay).toArray();
}
