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

type ItemRow = {
	restorations_id: string;
	record_id: string;
	prefix_rank: number;
	place: number;
	tries: number;
	item: string;
};
const columns = "i.restorations_id, i.record_id, i.prefix_rank, i.place, i.tries, i.item";

function read(row: ItemRow): StoredItem {
	// Only this Ledger writes it, from a `RestorationItem`.
	const item: RestorationItem = JSON.parse(row.item);
	return {
		restorationsId: row.restorations_id,
		recordId: row.record_id,
		prefixRank: row.prefix_rank,
		place: row.place,
		tries: row.tries,
		item,
		cidr: item.cidr,
		prefixId: item.prefix_id,
	};
}

/** What is not settled, in the order in which it is carried out. */
export const openItems = (sql: SqlStorage, state: "waiting" | "restoring"): StoredItem[] =>
	sql
		.exec<ItemRow>(
			`SELECT ${columns} FROM restoration_items i JOIN restorations r ON r.id = i.restorations_id
			WHERE i.open = 1 AND i.state = ? ORDER BY i.prefix_rank, r.made_at, i.restorations_id, i.place`,
			state,
		)
		.toArray()
		.map(read);

/** The items that wait for this record's restoration to settle. */
export const itemsRestoring = (sql: SqlStorage, recordId: string): StoredItem[] =>
	sql
		.exec<ItemRow>(
			`SELECT ${columns} FROM restoration_items i WHERE i.open = 1 AND i.record_id = ? AND i.state = 'restoring'`,
			recordId,
		)
		.toArray()
		.map(read);

export const isAnyOpen = (sql: SqlStorage, state: "waiting" | "restoring"): boolean =>
	sql.exec("SELECT 1 FROM restoration_items WHERE open = 1 AND state = ? LIMIT 1", state).toArray().length > 0;

const itemsOf = (sql: SqlStorage, restorationsId: string): StoredItem[] =>
	sql
		.exec<ItemRow>(
			`SELECT ${columns} FROM restoration_items i WHERE i.restorations_id = ?
			ORDER BY i.state = 'refused', i.prefix_rank, i.place`,
			restorationsId,
		)
		.toArray()
		.map(read);

type RequestRow = {
	id: string;
	made_at: number;
	settled_at: number | null;
	requested_by: string;
	reason: string | null;
};
const requestColumns = "id, made_at, settled_at, requested_by, reason";
const readRequest = ({ id, made_at, requested_by, reason }: RequestRow): StoredRequest => ({
	id,
	madeAtMs: made_at,
	requestedBy: JSON.parse(requested_by),
	reason,
});

export const openRequests = (sql: SqlStorage): StoredRequest[] =>
	sql
		.exec<RequestRow>(`SELECT ${requestColumns} FROM restorations WHERE settled_at IS NULL`)
		.toArray()
		.map(readRequest);

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
	const [row] = sql.exec<RequestRow>(`SELECT ${requestColumns} FROM restorations WHERE id = ?`, id).toArray();
	if (row === undefined) return null;
	const { madeAtMs, requestedBy, reason } = readRequest(row);
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
		state: row.settled_at === null ? "restoring" : "done",
		settled_at: row.settled_at === null ? null : at(row.settled_at),
		total: deletions.length,
		counts,
		deletions,
	};
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
