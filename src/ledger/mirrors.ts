// Keeps mirrors in KV of what only the Ledger knows: the freeze, and deletions that wait or whose outcome is unclear. A
// Ledger that lost its tables starts from them (`recovery.ts`).

import { type MirroredDeletion, mirrorFreeze, mirrorOpen } from "../adapters/history/mirrors.ts";
import type { State } from "../deletion/record/deletion.ts";
import { keptClaims } from "./claims.ts";
import { freezeMirrorFlag, freezeSet } from "./freezes.ts";
import { mirrorPauseMs, mirrorsAtMost, sendingMs } from "./limits.ts";
import { getFlag, idsIn, readRecord, setAsideIfUnreadable, setFlag } from "./tables.ts";

/** Most unclear outcomes become clear within seconds and need no mirror. KV takes one write per second and key. */
const mirrorAfterMs: Partial<Record<State, number>> = { pending_approval: 1000, scheduled: 1000, unknown: 30_000 };

/** null: a record in this state has no mirror. */
export function mirrorDueMs(state: State, nowMs: number): number | null {
	const afterMs = mirrorAfterMs[state];
	return afterMs === undefined ? null : nowMs + afterMs;
}

export function createMirrors(sql: SqlStorage, kv: KVNamespace, now: () => number) {
	let sending: Promise<void> | null = null;
	return {
		/** Writes and removes what is due, one after the other; stops if KV fails, and tries again later. */
		sendDue(): Promise<void> {
			sending ??= sendAllDue(sql, kv, now).finally(() => {
				sending = null;
			});
			return sending;
		},
		/** When `sendDue` next has something to do. */
		nextDueMs(): number | null {
			const atMs = nextMirrorMs(sql);
			return atMs === null || sending === null ? atMs : Math.max(atMs, now() + sendingMs);
		},
	};
}

async function sendAllDue(sql: SqlStorage, kv: KVNamespace, now: () => number): Promise<void> {
	const freezeDue = getFlag(sql, freezeMirrorFlag);
	if (freezeDue !== null && Number(freezeDue) <= now()) {
		const sent = await mirrorFreeze(kv, freezeSet(sql));
		// If the freeze changed in the meantime, it stays due.
		if (getFlag(sql, freezeMirrorFlag) === freezeDue)
			setFlag(sql, freezeMirrorFlag, sent.ok ? null : String(now() + mirrorPauseMs));
		if (!sent.ok) return;
	}
	const query = "SELECT id FROM deletions WHERE mirror_at <= ? AND unreadable IS NOT change ORDER BY mirror_at LIMIT ?";
	for (const id of idsIn(sql, query, now(), mirrorsAtMost)) if (!(await sendMirror(sql, kv, id, now))) return;
}

async function sendMirror(sql: SqlStorage, kv: KVNamespace, id: string, now: () => number): Promise<boolean> {
	const row = openRow(sql, id);
	if (row === null) {
		setAsideIfUnreadable(sql, id);
		return true;
	}
	// A write that times out may still land: from now on there may be a mirror to remove.
	if (row.open !== null) sql.exec("UPDATE deletions SET mirrored = 1 WHERE id = ?", id);
	const sent = await mirrorOpen(kv, id, row.open);
	if (!sent.ok) {
		sql.exec("UPDATE deletions SET mirror_at = ? WHERE mirror_at <= ?", now() + mirrorPauseMs, now());
		return false;
	}
	// A claim added in the meantime has its own due time.
	const update = "UPDATE deletions SET mirror_at = NULL, mirrored = ? WHERE id = ? AND change = ? AND mirror_at IS ?";
	sql.exec(update, row.open === null ? null : 1, id, row.change, row.mirrorAtMs);
	return true;
}

/** null: it is missing or unreadable. */
function openRow(
	sql: SqlStorage,
	id: string,
): { change: number; mirrorAtMs: number | null; open: MirroredDeletion | null } | null {
	type Row = {
		state: State;
		change: number;
		mirror_at: number | null;
		record: string;
		terms: string | null;
		progress: string | null;
	};
	const query = "SELECT state, change, mirror_at, record, terms, progress FROM deletions WHERE id = ?";
	const [row] = sql.exec<Row>(query, id).toArray();
	if (row === undefined) return null;
	const { change, mirror_at: mirrorAtMs } = row;
	if (mirrorAfterMs[row.state] === undefined) return { change, mirrorAtMs, open: null };
	try {
		const [terms, progress] = [JSON.parse(row.terms ?? "null"), JSON.parse(row.progress ?? "null")];
		return {
			change,
			mirrorAtMs,
			open: { deletion: readRecord(row.record), terms, progress, claims: keptClaims(sql, id) },
		};
	} catch {
		return null;
	}
}

/** Notes that the record has a mirror, which has to be rewritten or removed, depending on its state. */
export const noteMirror = (sql: SqlStorage, id: string, nowMs: number): void =>
	void sql.exec("UPDATE deletions SET mirrored = 1, mirror_at = ? WHERE id = ?", nowMs, id);

/** When something has to be mirrored next, going by the tables alone. */
export function nextMirrorMs(sql: SqlStorage): number | null {
	const query = `SELECT min(at) AS at FROM (
		SELECT min(mirror_at) AS at FROM deletions WHERE mirror_at IS NOT NULL AND unreadable IS NOT change
		UNION ALL SELECT CAST(value AS INTEGER) FROM flags WHERE name = '${freezeMirrorFlag}')`;
	return sql.exec<{ at: number | null }>(query).one().at;
}
