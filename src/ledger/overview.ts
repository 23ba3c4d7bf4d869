// The current state at a glance, in one call: recent changes, the freeze, what is waiting, and how the last days went. Its
// version covers the records and the freeze.
import type { ChangesQuery, Overview } from "../deletion/ledger-api.ts";
import { changes } from "./changes.ts";
import { freezeInForce, waiting } from "./freezes.ts";
import { outcomesSince } from "./outcomes.ts";

/** @param journal the journal's current version. */
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
	return { ...current, waiting: waiting(sql, nowMs), outcomes: outcomesSince(sql, sinceDay) };
}
