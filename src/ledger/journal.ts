// The domain's journal in SQLite. Synchronous, so that what belongs together becomes durable together; decides nothing.
import { plainId } from "../deletion/cloudflare-id.ts";
import { type Deletion, isOpen, leavesKeyFree, summaryOf } from "../deletion/deletion.ts";
import type { Claim, Journal, OpenDeletion, Progress, Terms } from "../deletion/ports.ts";
import { freezeInForce } from "./freezes.ts";
import { mirrorDueMs } from "./mirrors.ts";
import { countOutcome } from "./outcomes.ts";
import { getFlag, readRecord, setFlag } from "./tables.ts";

export interface JournalEvents {
	now(): number;
	/** Something is to be looked after at that time, if it is not done by then. Part of the same commit. */
	onDue(atMs: number): void;
	onSettled(id: string): void;
}

/** Whoever settles a deletion publishes it too; the alarm does if that came to nothing. */
const publishLookAfterMs = 20_000;

type WorkRow = { record: string; terms: string; progress: string };

export interface CountedJournal extends Journal {
	/** The count of changes, and a name of its own for each new journal, whose count begins anew. */
	version(): string;
	/** The version as it was at an earlier change. */
	versionOf(change: number): string;
	/** Takes over a settled record that KV has, as it was at its last change. Later changes count from beyond `floor`. */
	adopt(deletion: Deletion, changedAtMs: number, floor: number): void;
}

export function createJournal(sql: SqlStorage, { now, onDue, onSettled }: JournalEvents): CountedJournal {
	/** Every poll asks for it, so it is read once a change. Nothing but `put` changes it. */
	let version: string | null = null;

	interface Work {
		terms: Terms | null;
		progress: Progress;
		dueAtMs: number;
	}

	/** Open work is due for settling; what is settled is due for publishing. */
	function put(deletion: Deletion, work: Work | null): void {
		const summary = summaryOf(deletion);
		const { state, binding_id, prefix_id, cidr } = summary;
		const nowMs = now();
		const begunAtMs = state === "deleting" || state === "unknown" ? nowMs : null;
		// A restoration under way is published too, as a settled record is read where nobody asks the Ledger.
		const publishAtMs = isOpen(deletion) ? null : nowMs + publishLookAfterMs;
		const mirrorAtMs = mirrorDueMs(state, nowMs);
		version = null;
		countOutcome(sql, deletion);
		sql.exec(
			`INSERT INTO deletions (id, open, state, binding_id, prefix_id, cidr, change, changed_at, begun_at, settle_at,
				publish_at, record, terms, progress, summary, summary_change, mirror_at)
			VALUES (?1, ?2, ?3, ?4, ?5, ?6, (SELECT coalesce(max(change), 0) + 1 FROM deletions), ?7, ?8, ?9, ?10, ?11, ?12,
				?13, ?14, (SELECT coalesce(max(change), 0) + 1 FROM deletions), ?15)
			ON CONFLICT (id) DO UPDATE SET open = excluded.open, state = excluded.state, change = excluded.change,
				changed_at = excluded.changed_at, begun_at = coalesce(begun_at, excluded.begun_at),
				settle_at = excluded.settle_at, publish_at = coalesce(excluded.publish_at, publish_at),
				publish_failures = 0, record = excluded.record, terms = excluded.terms, progress = excluded.progress,
				summary = excluded.summary, summary_change = excluded.change, mirror_at = CASE
					WHEN excluded.mirror_at IS NULL THEN CASE WHEN mirrored IS NULL THEN NULL ELSE excluded.changed_at END
					WHEN mirrored IS NOT NULL AND record = excluded.record AND terms IS excluded.terms THEN mirror_at
					ELSE excluded.mirror_at END`,
			deletion.id,
			isOpen(deletion) ? 1 : 0,
			state,
			binding_id === null ? null : plainId(binding_id),
			prefix_id === null ? null : plainId(prefix_id),
			cidr,
			nowMs,
			begunAtMs,
			work?.dueAtMs ?? null,
			publishAtMs,
			JSON.stringify(deletion),
			work?.terms ? JSON.stringify(work.terms) : null,
			work ? JSON.stringify(work.progress) : null,
			JSON.stringify(summary),
			mirrorAtMs,
		);
		onDue(Math.min(work?.dueAtMs ?? nowMs + publishLookAfterMs, mirrorAtMs ?? Number.POSITIVE_INFINITY));
	}

	function claim(deletionId: string, claims: readonly Claim[]): void {
		for (const { actor, key, payload, lasting } of claims) {
			sql.exec(
				`INSERT INTO claims (actor, key, payload, deletion_id, made_at, lasting) VALUES (?, ?, ?, ?, ?, ?)
				ON CONFLICT (actor, key) DO UPDATE SET payload = excluded.payload, deletion_id = excluded.deletion_id, made_at = excluded.made_at`,
				actor,
				key,
				payload,
				deletionId,
				now(),
				lasting ? 1 : 0,
			);
		}
	}

	const openRow = (query: string, value: string): OpenDeletion | null => {
		const [row] = sql
			.exec<WorkRow>(`SELECT record, terms, progress FROM deletions WHERE open = 1 AND ${query}`, value)
			.toArray();
		if (row === undefined) return null;
		return { deletion: readRecord(row.record), terms: JSON.parse(row.terms), progress: JSON.parse(row.progress) };
	};

	return {
		version() {
			version ??= readVersion(sql);
			return version;
		},
		versionOf: (change) => `${getFlag(sql, "journal") ?? begunJournal(sql)}-${change}`,
		claimed(actor, key) {
			const query = "SELECT payload, deletion_id FROM claims WHERE actor = ? AND key = ?";
			const [row] = sql.exec<{ payload: string; deletion_id: string }>(query, actor, key).toArray();
			return row === undefined ? null : { payload: row.payload, deletionId: row.deletion_id };
		},
		get(id) {
			const [row] = sql.exec<{ record: string }>("SELECT record FROM deletions WHERE id = ?", id).toArray();
			return row === undefined ? null : readRecord(row.record);
		},
		open: (id) => openRow("id = ?", id),
		openFor: (named) =>
			"cidr" in named ? openRow("cidr = ?", named.cidr) : openRow("binding_id = ?", plainId(named.bindingId)),
		restoring(id) {
			const query = "SELECT record, progress FROM deletions WHERE id = ? AND open = 0 AND progress IS NOT NULL";
			const [row] = sql.exec<{ record: string; progress: string }>(query, id).toArray();
			return row === undefined ? null : { deletion: readRecord(row.record), progress: JSON.parse(row.progress) };
		},
		deletedSince(bindingId, sinceMs) {
			const query = `SELECT record FROM deletions WHERE binding_id = ? AND changed_at >= ?
				AND state IN ('deleted', 'already_gone', 'restored') ORDER BY id LIMIT 1`;
			const [row] = sql.exec<{ record: string }>(query, plainId(bindingId), sinceMs).toArray();
			return row === undefined ? null : readRecord(row.record);
		},
		overtaking(id, cidr, sinceMs) {
			const query = `SELECT record FROM deletions WHERE cidr = ? AND id <> ? AND begun_at > ?
				AND state IN ('deleting', 'unknown', 'deleted', 'already_gone', 'restored') ORDER BY id LIMIT 1`;
			const [row] = sql.exec<{ record: string }>(query, cidr, id, sinceMs).toArray();
			return row === undefined ? null : readRecord(row.record);
		},
		/** By their plain ids. Two questions, so that each can be answered from an index. */
		goneSince(prefixId, sinceMs) {
			const query = `SELECT binding_id FROM deletions WHERE open = 1 AND state IN ('deleting', 'unknown') AND +prefix_id = ?1
				UNION ALL SELECT binding_id FROM deletions
				WHERE prefix_id = ?1 AND changed_at >= ?2 AND state IN ('deleted', 'already_gone', 'restored')`;
			const rows = sql.exec<{ binding_id: string }>(query, plainId(prefixId), sinceMs).toArray();
			return new Set(rows.map((row) => row.binding_id));
		},
		pace(prefixId, sinceMs) {
			const query = `SELECT count(*) AS inAccount, min(begun_at) AS oldestMs,
					min(CASE WHEN prefix_id = ?1 AND state <> 'restored' THEN begun_at END) AS oldestInPrefixMs,
					coalesce(sum(prefix_id = ?1 AND state <> 'restored'), 0) AS inPrefix
				FROM deletions WHERE begun_at > ?2 AND state IN ('deleting', 'unknown', 'deleted', 'already_gone', 'restored')`;
			return sql
				.exec<{ inAccount: number; inPrefix: number; oldestMs: number | null; oldestInPrefixMs: number | null }>(
					query,
					plainId(prefixId),
					sinceMs,
				)
				.one();
		},
		freeze: () => freezeInForce(sql, now()),
		keepOpen({ deletion, terms, progress }, dueAtMs, claims = []) {
			put(deletion, { terms, progress, dueAtMs });
			claim(deletion.id, claims);
		},
		keepRestoring: ({ deletion, progress }, dueAtMs) => put(deletion, { terms: null, progress, dueAtMs }),
		keepSettled(deletion, claims = []) {
			put(deletion, null);
			claim(deletion.id, claims);
			if (leavesKeyFree(deletion)) sql.exec("DELETE FROM claims WHERE deletion_id = ? AND lasting = 1", deletion.id);
			onSettled(deletion.id);
		},
		join: claim,
		adopt(deletion, changedAtMs, floor) {
			const summary = summaryOf(deletion);
			const { state, binding_id, prefix_id, cidr } = summary;
			const begunAtMs = (deletion.cloudflare?.attempts ?? 0) > 0 ? Date.parse(deletion.settled_at ?? "") : Number.NaN;
			version = null;
			countOutcome(sql, deletion);
			sql.exec(
				`INSERT OR REPLACE INTO deletions
					(id, open, state, binding_id, prefix_id, cidr, change, changed_at, begun_at, record, summary, summary_change)
				SELECT ?1, 0, ?2, ?3, ?4, ?5, next, ?6, ?7, ?8, ?9, next
				FROM (SELECT max(coalesce(max(change), 0), ?10) + 1 AS next FROM deletions)`,
				deletion.id,
				state,
				binding_id === null ? null : plainId(binding_id),
				prefix_id === null ? null : plainId(prefix_id),
				cidr,
				changedAtMs,
				Number.isNaN(begunAtMs) ? null : begunAtMs,
				JSON.stringify(deletion),
				JSON.stringify(summary),
				floor,
			);
		},
	};
}

function readVersion(sql: SqlStorage): string {
	const query = `SELECT (SELECT value FROM flags WHERE name = 'journal') AS journal,
		(SELECT coalesce(max(change), 0) FROM deletions) AS change`;
	const { journal, change } = sql.exec<{ journal: string | null; change: number }>(query).one();
	return `${journal ?? begunJournal(sql)}-${change}`;
}

function begunJournal(sql: SqlStorage): string {
	const journal = crypto.randomUUID().slice(0, 8);
	setFlag(sql, "journal", journal);
	return journal;
}
