// The table of records about which Cloudflare's audit log is to be asked. Only this Ledger writes it, so it is read once.
import type { AuditWait } from "../../watch/audit-schedule.ts";

export interface AuditWaits {
	all(): readonly AuditWait[];
	/** Does nothing if the record waits already. */
	add(wait: AuditWait): void;
	remove(waits: readonly AuditWait[]): void;
	/** After an error: what is in memory may not be what is stored. */
	forget(): void;
}

export function createAuditWaits(sql: SqlStorage): AuditWaits {
	let known: readonly AuditWait[] | null = null;
	const all = () => {
		known ??= read(sql);
		return known;
	};
	return {
		all,
		add(wait) {
			if (all().some(({ deletionId }) => deletionId === wait.deletionId)) return;
			const { deletionId, bindingId, isOwn, startMs, sinceMs } = wait;
			const insert = `INSERT OR IGNORE INTO audit_waits (deletion_id, binding_id, own, start_at, since_at)
				VALUES (?, ?, ?, ?, ?)`;
			sql.exec(insert, deletionId, bindingId, isOwn ? 1 : 0, startMs, sinceMs);
			known = null;
		},
		remove(waits) {
			for (const { deletionId } of waits) sql.exec("DELETE FROM audit_waits WHERE deletion_id = ?", deletionId);
			known = null;
		},
		forget() {
			known = null;
		},
	};
}

function read(sql: SqlStorage): AuditWait[] {
	type Row = { deletion_id: string; binding_id: string; own: number; start_at: number; since_at: number };
	return sql
		.exec<Row>("SELECT deletion_id, binding_id, own, start_at, since_at FROM audit_waits")
		.toArray()
		.map(({ deletion_id, binding_id, own, start_at, since_at }) => ({
			deletionId: deletion_id,
			bindingId: binding_id,
			isOwn: own === 1,
			startMs: start_at,
			sinceMs: since_at,
		}));
}
