// Records wherever they are kept: in the Ledger's rows, or in KV once they have left the Ledger.

import { aliasInKv, lastDeletionInKv, recordInKv } from "../adapters/history/record.ts";
import { plainId } from "../deletion/address/cloudflare-id.ts";
import type { LastDeletionQuery } from "../deletion/ports.ts";
import type { Deletion, Summary } from "../deletion/record/deletion.ts";
import { fail, ok, type Result } from "../deletion/result.ts";
import type { HistoryUnreadable } from "../deletion/steps/decisions.ts";
import { log, traceOf } from "../log.ts";
import { goneStatesSql, readRow, type StoredRow } from "./tables.ts";

/**
 * A record by any id that a caller was given for it. KV's failure is a reason; the Ledger's is an exception.
 * @param inLedger what the Ledger has under an id.
 */
export async function findRecord(
	id: string,
	inLedger: (id: string) => Deletion | null,
	kv: KVNamespace,
): Promise<Result<Deletion | null, HistoryUnreadable>> {
	const present = inLedger(id);
	if (present !== null) return ok(present);
	const published = await inKv(() => recordInKv(kv, id));
	if (!published.ok || published.value !== null) return published;
	const alias = await inKv(() => aliasInKv(kv, id));
	if (!alias.ok) return alias;
	const { value: recordId } = alias;
	if (recordId === null) return ok(null);
	const answering = inLedger(recordId);
	return answering === null ? inKv(() => recordInKv(kv, recordId)) : ok(answering);
}

async function inKv<Value>(read: () => Promise<Value>): Promise<Result<Value, HistoryUnreadable>> {
	try {
		return ok(await read());
	} catch (error) {
		log("warn", "history_unreadable", traceOf(error));
		return fail(unreadable);
	}
}

const unreadable: HistoryUnreadable = {
	code: "history_unreadable",
	detail: "This record is older than a week, and the history in KV can't be read right now. Try again in a minute.",
	retry_after_seconds: 60,
};

/** The newest matching record of a completed deletion. Not essential: it only makes an answer more helpful. */
export async function findLastDeletion(
	sql: SqlStorage,
	kv: KVNamespace,
	query: LastDeletionQuery,
): Promise<Summary | null> {
	const { bindingId, cidr = null } = query;
	const select = `SELECT id, record FROM deletions WHERE (binding_id = ? OR cidr = ?)
		AND state IN ${goneStatesSql} AND unreadable IS NOT change ORDER BY id LIMIT 1`;
	const [row] = sql.exec<StoredRow>(select, bindingId === undefined ? null : plainId(bindingId), cidr).toArray();
	const recent = row === undefined ? null : (readRow(sql, row)?.summary ?? null);
	if (recent !== null) return recent;
	const inHistory = await inKv(() => lastDeletionInKv(kv, query));
	return inHistory.ok ? inHistory.value : null;
}
