// The domain's journal in SQLite. Synchronous, so that what belongs together becomes durable together; decides nothing.
import { type Deletion, isOpen, summaryOf } from "../deletion/deletion.ts";
import type { Claim, Journal, OpenDeletion, Progress } from "../deletion/ports.ts";
import { readRecord } from "./tables.ts";

export interface JournalEvents {
	now(): number;
	/** Something is to be looked after at that time, if it is not done by then. Part of the same commit. */
	onDue(atMs: number): void;
	onSettled(id: string): void;
}

/** Whoever settles a deletion publishes it too; the alarm does if that came to nothing. */
const publishLookAfterMs = 20_000;

type OpenRow = { record: string; progress: string };

export function createJournal(sql: SqlStorage, { now, onDue, onSettled }: JournalEvents): Journal {
	function put(deletion: Deletion, progress: Progress | null, dueAtMs: number): void {
		const open = isOpen(deletion);
		const { state, binding_id, prefix_id, cidr } = summaryOf(deletion);
		sql.exec(
			`INSERT INTO deletions (id, open, state, binding_id, prefix_id, cidr, change, changed_at, settle_at, publish_at, record, progress)
			VALUES (?, ?, ?, ?, ?, ?, (SELECT coalesce(max(change), 0) + 1 FROM deletions), ?, ?, ?, ?, ?)
			ON CONFLICT (id) DO UPDATE SET open = excluded.open, state = excluded.state, change = excluded.change,
				changed_at = excluded.changed_at, settle_at = excluded.settle_at, publish_at = excluded.publish_at,
				publish_failures = 0, record = excluded.record, progress = excluded.progress`,
			deletion.id,
			open ? 1 : 0,
			state,
			binding_id,
			prefix_id,
			cidr,
			now(),
			open ? dueAtMs : null,
			open ? null : dueAtMs,
			JSON.stringify(deletion),
			progress === null ? null : JSON.stringify(progress),
		);
		onDue(dueAtMs);
	}

	function claim(deletionId: string, claims: readonly Claim[]): void {
		for (const { actor, key, payload } of claims) {
			sql.exec(
				`INSERT INTO claims (actor, key, payload, deletion_id, made_at) VALUES (?, ?, ?, ?, ?)
				ON CONFLICT (actor, key) DO UPDATE SET payload = excluded.payload, deletion_id = excluded.deletion_id, made_at = excluded.made_at`,
				actor,
				key,
				payload,
				deletionId,
				now(),
			);
		}
	}

	const openRow = (rows: OpenRow[]): OpenDeletion | null => {
		const [row] = rows;
		return row === undefined ? null : { deletion: readRecord(row.record), progress: JSON.parse(row.progress) };
	};

	return {
		claimed(actor, key) {
			const query = "SELECT payload, deletion_id FROM claims WHERE actor = ? AND key = ?";
			const [row] = sql.exec<{ payload: string; deletion_id: string }>(query, actor, key).toArray();
			return row === undefined ? null : { payload: row.payload, deletionId: row.deletion_id };
		},
		get(id) {
			const [row] = sql.exec<{ record: string }>("SELECT record FROM deletions WHERE id = ?", id).toArray();
			return row === undefined ? null : readRecord(row.record);
		},
		open: (id) =>
			openRow(sql.exec<OpenRow>("SELECT record, progress FROM deletions WHERE id = ? AND open = 1", id).toArray()),
		openFor(named) {
			const [column, value] = "cidr" in named ? ["cidr", named.cidr] : ["binding_id", named.bindingId];
			return openRow(
				sql.exec<OpenRow>(`SELECT record, progress FROM deletions WHERE open = 1 AND ${column} = ?`, value).toArray(),
			);
		},
		goneSince(prefixId, sinceMs) {
			const query = `SELECT binding_id FROM deletions WHERE prefix_id = ?
				AND (open = 1 OR (changed_at >= ? AND state IN ('deleted', 'already_gone')))`;
			const rows = sql.exec<{ binding_id: string }>(query, prefixId, sinceMs).toArray();
			return new Set(rows.map((row) => row.binding_id));
		},
		keepOpen({ deletion, progress }, dueAtMs, claims = []) {
			put(deletion, progress, dueAtMs);
			claim(deletion.id, claims);
		},
		keepSettled(deletion, claims = []) {
			put(deletion, null, now() + publishLookAfterMs);
			claim(deletion.id, claims);
			onSettled(deletion.id);
		},
		join: claim,
	};
}
