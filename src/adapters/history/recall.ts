// What KV remembers of a binding, beyond the week that the Ledger does.
import type { Deletion, Summary } from "../../deletion/deletion.ts";
import type { LastDeletionQuery } from "../../deletion/ports.ts";
import { prefixOf, recordKey, rowOf } from "./keys.ts";

/** A record as the Ledger once published it. */
export const recordInKv = (kv: KVNamespace, id: string): Promise<Deletion | null> =>
	kv.get<Deletion>(recordKey(id), "json");

/**
 * The newest deletion of a binding, or of a CIDR in a prefix, that was carried out. One list operation; looks through
 * the last thousand of the prefix.
 */
export async function lastDeletionInKv(kv: KVNamespace, query: LastDeletionQuery): Promise<Summary | null> {
	const { bindingId, prefixId, cidr } = query;
	const space =
		bindingId !== undefined
			? { kind: "binding" as const, of: bindingId }
			: prefixId !== undefined
				? { kind: "prefix" as const, of: prefixId }
				: null;
	if (space === null) return null;
	const { keys } = await kv.list({ prefix: prefixOf(space) });
	for (const key of keys) {
		const row = rowOf(key.name, key.metadata);
		const carriedOut = row?.state === "deleted" || row?.state === "already_gone" || row?.state === "restored";
		if (row !== null && carriedOut && (cidr === undefined || row.cidr === cidr)) return row;
	}
	return null;
}
