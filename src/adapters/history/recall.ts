// What KV remembers beyond the Ledger's week. Every call rejects if KV fails or takes too long.

import type { LastDeletionQuery } from "../../deletion/ports.ts";
import type { Deletion, Summary } from "../../deletion/record/deletion.ts";
import { isGone } from "../../deletion/record/gone.ts";
import { isRecordId } from "../../deletion/record/record-id.ts";
import { aliasKey, prefixOf, recordKey, rowOf, type Space, spellingsOf } from "./keys.ts";
import { limited, readLimitMs } from "./limited.ts";

/** A record as the Ledger once published it. */
export const recordInKv = (kv: KVNamespace, id: string): Promise<Deletion | null> =>
	limited(readLimitMs, kv.get<Deletion>(recordKey(id), "json"));

/** The id of the record that answers this one; null if this id is not an alias. */
export async function aliasInKv(kv: KVNamespace, id: string): Promise<string | null> {
	const deletionId = await limited(readLimitMs, kv.get(aliasKey(id), "text"));
	return deletionId !== null && isRecordId(deletionId) ? deletionId : null;
}

/**
 * The newest completed deletion of a binding, or of a CIDR in a prefix. Takes one list operation per spelling of the id, and
 * looks through the prefix's last thousand records.
 */
export async function lastDeletionInKv(kv: KVNamespace, query: LastDeletionQuery): Promise<Summary | null> {
	const { bindingId, prefixId, cidr } = query;
	const space: Space | null =
		bindingId !== undefined
			? { kind: "binding", of: bindingId }
			: prefixId !== undefined
				? { kind: "prefix", of: prefixId }
				: null;
	if (space === null) return null;
	const lists = spellingsOf(space).map((one) => limited(readLimitMs, kv.list({ prefix: prefixOf(one) })));
	const rows = (await Promise.all(lists))
		.flatMap(({ keys }) => keys.map((key) => rowOf(key.name, key.metadata)))
		.filter((row) => row !== null)
		.filter(({ state }) => isGone(state))
		.filter((row) => cidr === undefined || row.cidr === cidr);
	return rows.toSorted((a, b) => (a.id < b.id ? -1 : 1))[0] ?? null;
}
