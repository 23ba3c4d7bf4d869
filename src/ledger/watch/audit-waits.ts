// The table of records about which Cloudflare's audit log is to be asked. Only this Ledger writes it, so it is read once.
import type { AuditWait } from "../../watch/audit-schedule.ts";

export function createAuditWaits(sql: SqlStorage) {
	let known: readonly AuditWait[] | null = null;
	const all = () => {
		known ??= read(sql);
		return known;
	};
	return {
		all,
		/** Does nothing if the record waits already. */
		add(wait: AuditWait): void {
			if (all().some(({ deletionId }) => deletionId === wait.deletionId)) return;
			const { deletionId, bindingId, isOwn, startMs, sinceMs } = wait;
			const insert = `INSERT OR IGNORE INTO audit_waits (deletion_id, binding_id, own, start_at, since_at)
				VALUES (?, ?, ?, ?, ?)`;
			sql.exec(insert, deletionId, bindingId, isOwn ? 1 : 0, startMs, sinceMs);
			known = null;
		},
		remove(waits: readonly AuditWait[]): void {
			for (const { deletionId } of waits) sql.exec("DELETE FROM audit_waits WHERE deletion_id = ?", deletionId);
			known = null;
		},
		/** After an error: what is in memory may not be what is stored. */
		forget(): void {
			known = null;
		},
	};
}

function read(sql: SqlStorage): AuditWait[] {
	type Row = { deletionId: string; bindingId: string; own: number; startMs: number; sinceMs: number };
	const query = `SELECT deletion_id AS deletionId, binding_id AS bindingId, own, start_at AS startMs, since_at AS sinceMs
		FROM audit_waits`;
	return sql
		.exec<Row>(query)
		.toArray()
		.map(({ own, ...wait }) => ({ ...wait, isOwn: own === 1 }));
}
