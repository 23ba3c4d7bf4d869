// The journal's reads: what the tables say about a deletion, a binding, a CIDR or a prefix. Each uses an index, because a week
// can have many rows. Nothing here writes.
import { plainId } from "../deletion/address/cloudflare-id.ts";
import type { JournalReads, Named, OpenDeletion, Terms } from "../deletion/ports.ts";
import { at, type Deletion } from "../deletion/record/deletion.ts";
import { readProgress } from "../deletion/record/progress.ts";
import { goneStatesSql, readRecord } from "./tables.ts";

/** What counts towards the budget: it left, or may have. */
const begunStates = "('deleting', 'unknown', 'deleted', 'already_gone', 'restored')";

export function createJournalReads(sql: SqlStorage): JournalReads {
	const newest = (condition: string, ...values: (string | number)[]): Deletion | null => {
		const query = `SELECT record FROM deletions WHERE ${condition} ORDER BY id LIMIT 1`;
		const [row] = sql.exec<{ record: string }>(query, ...values).toArray();
		return row === undefined ? null : readRecord(row.record);
	};
	const newestOf = (named: Named, idColumn: string, condition: string): Deletion | null =>
		"cidr" in named
			? newest(`cidr = ? AND ${condition}`, named.cidr)
			: newest(`${idColumn} = ? AND ${condition}`, plainId(named.bindingId));
	const openRow = (condition: string, value: string): OpenDeletion | null => {
		type Row = { record: string; terms: string; progress: string };
		const query = `SELECT record, terms, progress FROM deletions WHERE open = 1 AND ${condition}`;
		const [row] = sql.exec<Row>(query, value).toArray();
		if (row === undefined) return null;
		return { deletion: readRecord(row.record), terms: termsIn(row.terms), progress: readProgress(row.progress) };
	};

	return {
		open: (id) => openRow("id = ?", id),
		openFor: (named) =>
			"cidr" in named ? openRow("cidr = ?", named.cidr) : openRow("binding_id = ?", plainId(named.bindingId)),
		restoring(id) {
			const query = "SELECT record, progress FROM deletions WHERE id = ? AND open = 0 AND progress IS NOT NULL";
			const [row] = sql.exec<{ record: string; progress: string }>(query, id).toArray();
			return row === undefined ? null : { deletion: readRecord(row.record), progress: readProgress(row.progress) };
		},
		lastGone: (named) => newestOf(named, "binding_id", `state IN ${goneStatesSql}`),
		created(named) {
			const isLeft = `restored_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM deletions AS later
				WHERE later.binding_id = deletions.restored_id AND later.state IN ${goneStatesSql})`;
			const { binding, restoration } = newestOf(named, "restored_id", isLeft) ?? {};
			const bindingId = restoration?.binding_id ?? null;
			return binding && bindingId !== null ? { prefixId: binding.prefix_id, bindingId } : null;
		},
		prefixOf(bindingId) {
			const plain = plainId(bindingId);
			const record = newest("binding_id = ?", plain) ?? newest("restored_id = ?", plain);
			return record?.binding?.prefix_id ?? null;
		},
		overtaking: (id, cidr, sinceMs) =>
			newest(`cidr = ? AND id <> ? AND begun_at > ? AND state IN ${begunStates}`, cidr, id, sinceMs),
		/** Two queries, so that each can use an index. A row that has not changed since then can't have been deleted since then. */
		goneSince(prefixId, sinceMs) {
			const query = `SELECT binding_id FROM deletions WHERE open = 1 AND state IN ('deleting', 'unknown') AND +prefix_id = ?1
				UNION ALL SELECT binding_id FROM deletions
				WHERE prefix_id = ?1 AND changed_at >= ?2 AND state IN ${goneStatesSql}
					AND CASE WHEN json_valid(record) THEN json_extract(record, '$.settled_at') END >= ?3`;
			const rows = sql.exec<{ binding_id: string }>(query, plainId(prefixId), sinceMs, at(sinceMs)).toArray();
			return new Set(rows.map((row) => row.binding_id));
		},
		pace(prefixId, sinceMs) {
			const query = `SELECT begun_at AS atMs, prefix_id = ?1 AND state <> 'restored' AS inPrefix FROM deletions
				WHERE begun_at > ?2 AND state IN ${begunStates} ORDER BY begun_at`;
			const begun = sql.exec<{ atMs: number; inPrefix: number }>(query, plainId(prefixId), sinceMs).toArray();
			return {
				account: begun.map(({ atMs }) => atMs),
				prefix: begun.filter(({ inPrefix }) => inPrefix === 1).map(({ atMs }) => atMs),
			};
		},
		begunSince(sinceMs, atMost) {
			const query = `SELECT begun_at AS atMs FROM deletions
				WHERE begun_at > ? AND state IN ${begunStates} ORDER BY begun_at DESC LIMIT ?`;
			const begun = sql.exec<{ atMs: number }>(query, sinceMs, atMost).toArray();
			return begun.map(({ atMs }) => atMs).toReversed();
		},
	};
}

const termsIn = (text: string): Terms => {
	const { form: _, ...terms }: Terms & { form?: number } = JSON.parse(text);
	return terms;
};
