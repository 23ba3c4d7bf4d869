// What the Ledger's own records say about a prefix's bindings, so that the watch does not report our own deletions as losses.
import { plainId } from "../../deletion/address/cloudflare-id.ts";
import type { State } from "../../deletion/record/deletion.ts";
import { goneAtMs, isGone } from "../../deletion/record/gone.ts";
import type { Ours } from "../../watch/look.ts";
import { readRecord } from "../tables.ts";

type Row = {
	open: number;
	state: State;
	binding_id: string | null;
	restored_id: string | null;
	cidr: string | null;
	restoring: number;
	record: string;
};

/** Records leave the Ledger a week after they settled. A loss that is older is looked up in KV before it is recorded. */
export function oursIn(sql: SqlStorage, prefixId: string): Ours {
	const query = `SELECT open, state, binding_id, restored_id, cidr, record,
			open = 0 AND progress IS NOT NULL AND settle_at IS NOT NULL AS restoring
		FROM deletions WHERE prefix_id = ? AND unreadable IS NOT change`;
	const open = new Set<string>();
	const deleted = new Map<string, number>();
	const restored = new Set<string>();
	const restoring = new Set<string>();
	for (const row of sql.exec<Row>(query, plainId(prefixId))) {
		if (row.restoring === 1 && row.cidr !== null) restoring.add(row.cidr);
		if (row.restored_id !== null) restored.add(row.restored_id);
		if (row.binding_id === null) continue;
		if (row.open === 1) open.add(row.binding_id);
		else if (isGone(row.state)) deleted.set(row.binding_id, goneAtMs(readRecord(row.record)));
	}
	return { open, deleted, restored, restoring };
}
