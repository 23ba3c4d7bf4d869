// The tables of many restorations under one request: a row for the request, and one for each record that it names. They are kept
// for a week after they settled, as records are. Nothing here decides.

import type { Party } from "../../deletion/record/actor.ts";
import { at } from "../../deletion/record/deletion.ts";
import type { Placed } from "../../deletion/restorations/order.ts";
import type { RestorationItem, RestorationItemState, Restorations } from "../../deletion/restorations/restorations.ts";
import { keptMs } from "../limits.ts";

export interface StoredItem extends Placed {
	restorationsId: string;
	/** The record that answers for the id that was named. */
	recordId: string;
	prefixRank: number;
	place: number;
	tries: number;
	item: RestorationItem;
}

export interface StoredRequest {
	id: string;
	madeAtMs: number;
	requestedBy: Party;
	reason: string | null;
}

export function keepRequest(
	sql: SqlStorage,
	{ id, madeAtMs, requestedBy, reason }: StoredRequest,
	payload: string,
): void {
	const insert = `INSERT INTO restorations (id, made_at, settled_at, actor, payload, requested_by, reason)
		VALUES (?, ?, NULL, ?, ?, ?, ?)`;
	sql.exec(insert, id, madeAtMs, requestedBy.name, payload, JSON.stringify(requestedBy), reason);
}

export function keepItem(sql: SqlStorage, stored: StoredItem): void {
	const { restorationsId, recordId, prefixRank, place, tries, item } = stored;
	sql.exec(
		`INSERT INTO restoration_items (restorations_id, deletion_id, record_id, prefix_rank, place, open, state, tries, item)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (restorations_id, deletion_id) DO UPDATE SET
			record_id = excluded.record_id, prefix_rank = excluded.prefix_rank, place = excluded.place,
			open = excluded.open, state = excluded.state, tries = excluded.tries, item = excluded.item`,
		restorationsId,
		item.deletion_id,
		recordId,
		prefixRank,
		place,
		openStates.includes(item.state) ? 1 : null,
		item.state,
		tries,
		JSON.stringify(item),
	);
}

/** "unknown" is the record's; here it is "restoring". */
const openStates: readonly RestorationItemState[] = ["waiting", "restoring"];

type ItemRow = Omit<StoredItem, "item" | "cidr" | "prefixId"> & { item: string };

/** @param rest what follows the table `restoration_items i`. */
function itemsWhere(sql: SqlStorage, rest: string, ...values: string[]): StoredItem[] {
	const query = `SELECT i.restorations_id AS restorationsId, i.record_id AS recordId, i.prefix_rank AS prefixRank, i.place, i.tries,
		i.item FROM restoration_items i ${rest}`;
	const rows = sql.exec<ItemRow>(query, ...values).toArray();
	return rows.map((row) => {
		// Only this Ledger writes it, from a `RestorationItem`.
		const item: RestorationItem = JSON.parse(row.item);
		return { ...row, item, cidr: item.cidr, prefixId: item.prefix_id };
	});
}

/** What is not settled, in the order in which it is carried out. */
export const openItems = (sql: SqlStorage, state: "waiting" | "restoring"): StoredItem[] =>
	itemsWhere(
		sql,
		`JOIN restorations r ON r.id = i.restorations_id WHERE i.open = 1 AND i.state = ?
			ORDER BY i.prefix_rank, r.made_at, i.restorations_id, i.place`,
		state,
	);

/** The items that wait for this record's restoration to settle. */
export const itemsRestoring = (sql: SqlStorage, recordId: string): StoredItem[] =>
	itemsWhere(sql, "WHERE i.open = 1 AND i.record_id = ? AND i.state = 'restoring'", recordId);

export const isAnyOpen = (sql: SqlStorage, state: "waiting" | "restoring"): boolean =>
	sql.exec("SELECT 1 FROM restoration_items WHERE open = 1 AND state = ? LIMIT 1", state).toArray().length > 0;

const itemsOf = (sql: SqlStorage, restorationsId: string): StoredItem[] =>
	itemsWhere(sql, "WHERE i.restorations_id = ? ORDER BY i.state = 'refused', i.prefix_rank, i.place", restorationsId);

type KnownRequest = StoredRequest & { settledMs: number | null };

function requestsWhere(sql: SqlStorage, condition: string, ...values: string[]): KnownRequest[] {
	type Row = Omit<KnownRequest, "requestedBy"> & { requestedBy: string };
	const query = `SELECT id, made_at AS madeAtMs, settled_at AS settledMs, requested_by AS requestedBy, reason
		FROM restorations WHERE ${condition}`;
	const rows = sql.exec<Row>(query, ...values).toArray();
	return rows.map((row) => ({ ...row, requestedBy: JSON.parse(row.requestedBy) }));
}

export const openRequests = (sql: SqlStorage): StoredRequest[] => requestsWhere(sql, "settled_at IS NULL");

/** The same request by the same actor, if it is under way. */
export function sameUnderWay(sql: SqlStorage, actor: string, payload: string): string | null {
	const query = "SELECT id FROM restorations WHERE settled_at IS NULL AND actor = ? AND payload = ?";
	return sql.exec<{ id: string }>(query, actor, payload).toArray()[0]?.id ?? null;
}

/** How many restorations the actor has requested since then. */
export const countSince = (sql: SqlStorage, actor: string, sinceMs: number): number =>
	sql
		.exec<{ count: number }>(
			`SELECT count(*) AS count FROM restorations r JOIN restoration_items i ON i.restorations_id = r.id
			WHERE r.made_at > ? AND r.actor = ?`,
			sinceMs,
			actor,
		)
		.one().count;

/** @returns whether it is settled now, and was not before. */
export function settleRequest(sql: SqlStorage, id: string, nowMs: number): boolean {
	// The plus makes SQLite look through the open ones only, not through all that the request named.
	const update = `UPDATE restorations SET settled_at = ? WHERE id = ? AND settled_at IS NULL
		AND NOT EXISTS (SELECT 1 FROM restoration_items i WHERE i.open = 1 AND +i.restorations_id = restorations.id)
		RETURNING id`;
	return sql.exec(update, nowMs, id).toArray().length > 0;
}

/** @param stateOf the state to show of an item whose restoration is under way. */
export function shownRequest(
	sql: SqlStorage,
	id: string,
	stateOf: (recordId: string) => RestorationItemState,
): Restorations | null {
	const [request] = requestsWhere(sql, "id = ?", id);
	if (request === undefined) return null;
	const { madeAtMs, settledMs, requestedBy, reason } = request;
	const deletions = itemsOf(sql, id).map(({ item, recordId }) =>
		item.state === "restoring" ? { ...item, state: stateOf(recordId) } : item,
	);
	const counts = { waiting: 0, restoring: 0, unknown: 0, restored: 0, already_bound: 0, failed: 0, refused: 0 };
	// A later release may have written a state that this one does not know.
	for (const { state } of deletions) if (Object.hasOwn(counts, state)) counts[state] += 1;
	return {
		id,
		requested_at: at(madeAtMs),
		requested_by: requestedBy,
		reason,
		state: settledMs === null ? "restoring" : "done",
		settled_at: settledMs === null ? null : at(settledMs),
		total: deletions.length,
		counts,
		deletions,
	};
}

/** When there is something to do, going by the tables alone; null if there is nothing. */
export function nextRestoringMs(sql: SqlStorage, nowMs: number): number | null {
	return isAnyOpen(sql, "waiting") || isAnyOpen(sql, "restoring") ? nowMs : nextPruneMs(sql);
}

export const nextPruneMs = (sql: SqlStorage): number | null => {
	const query = "SELECT min(settled_at) AS at FROM restorations WHERE settled_at IS NOT NULL";
	const { at: settledMs } = sql.exec<{ at: number | null }>(query).one();
	return settledMs === null ? null : settledMs + keptMs;
};

export function pruneRestorations(sql: SqlStorage, nowMs: number): void {
	const old = "SELECT id FROM restorations WHERE settled_at <= ?";
	sql.exec(`DELETE FROM restoration_items WHERE restorations_id IN (${old})`, nowMs - keptMs);
	sql.exec("DELETE FROM restorations WHERE settled_at <= ?", nowMs - keptMs);
}
