// What a Ledger that is new, or was set back to an earlier time, needs to know about the history in KV. Every call rejects
// if KV fails or takes too long.

import type { KeptClaim } from "../../deletion/ports.ts";
import type { Deletion } from "../../deletion/record/deletion.ts";
import { idBounds, idPrefixes } from "../../deletion/record/record-id.ts";
import { claimsIn, claimsKey, idOf, prefixOf, recordKey } from "./keys.ts";
import { limited } from "./limited.ts";
import { listsOfAPart, readAtOnce, readLimitMs } from "./limits.ts";

/** One list operation. */
export async function isEmpty(kv: KVNamespace): Promise<boolean> {
	const { keys, list_complete } = await limited(readLimitMs, kv.list({ limit: 1 }));
	return keys.length === 0 && list_complete;
}

/** The journal versions of the newest thousand records; older releases wrote none. */
export async function newestVersions(kv: KVNamespace): Promise<string[]> {
	const { keys } = await limited(readLimitMs, kv.list({ prefix: prefixOf({ kind: "deletion" }) }));
	return keys.map(({ metadata }) => versionIn(metadata)).filter((version) => version !== null);
}

export interface KnownRecord {
	deletion: Deletion;
	version: string | null;
	claims: KeptClaim[];
}

/** All records created since then. Skips records that are not JSON. */
export async function recordsSince(kv: KVNamespace, sinceMs: number, nowMs: number): Promise<KnownRecord[]> {
	const bounds = idBounds(sinceMs, nowMs);
	const versions = new Map<string, string | null>();
	for (const part of idPrefixes(sinceMs, nowMs, (nowMs - sinceMs) / 8)) {
		let cursor: string | null = null;
		let pages = 0;
		do {
			if (++pages > listsOfAPart) throw new Error("KV's list does not end");
			const prefix = prefixOf({ kind: "deletion" }) + part;
			const list: KVNamespaceListResult<unknown> = await limited(readLimitMs, kv.list({ prefix, cursor }));
			for (const { name, metadata } of list.keys) {
				const id = idOf(name);
				if (id >= bounds.first && id <= bounds.last) versions.set(id, versionIn(metadata));
			}
			cursor = list.list_complete ? null : list.cursor;
		} while (cursor !== null);
	}
	const ids = [...versions.keys()];
	const records: KnownRecord[] = [];
	for (let start = 0; start < ids.length; start += readAtOnce) {
		const keys = ids.slice(start, start + readAtOnce).map(recordKey);
		const texts = await limited(readLimitMs, kv.get(keys, "text"));
		const read = [...texts.values()]
			.map((text) => (text === null ? null : recordIn(text)))
			.filter((one) => one !== null);
		const claims = await claimsOf(kv, read);
		for (const deletion of read)
			records.push({
				deletion,
				version: versions.get(deletion.id) ?? null,
				claims: claims.get(deletion.id) ?? [],
			});
	}
	return records;
}

/** Claims by record id. */
async function claimsOf(kv: KVNamespace, records: readonly Deletion[]): Promise<Map<string, KeptClaim[]>> {
	const keys = records.map(claimsKey).filter((key) => key !== null);
	if (keys.length === 0) return new Map();
	const texts = await limited(readLimitMs, kv.get(keys, "text"));
	return new Map([...texts].map(([key, text]) => [idOf(key), claimsIn(jsonIn(text ?? ""))]));
}

function versionIn(metadata: unknown): string | null {
	if (typeof metadata !== "object" || metadata === null || !("version" in metadata)) return null;
	return typeof metadata.version === "string" ? metadata.version : null;
}

/** Only a Ledger writes it, from a `Deletion`. */
const recordIn = (text: string): Deletion | null => jsonIn(text);

/** null: not JSON. */
function jsonIn(text: string) {
	try {
		return JSON.parse(text);
	} catch {
		return null;
	}
}
