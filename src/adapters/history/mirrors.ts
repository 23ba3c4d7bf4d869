// Mirrors in KV of what only the Ledger knows, for a Ledger that lost it: the freeze, and open records. Never under a
// record's own key: KV takes one write per second and key, and that one is for the settled record.

import type { Freeze } from "../../deletion/judgement/freeze.ts";
import type { KeptClaim, OpenDeletion } from "../../deletion/ports.ts";
import { isRecordId } from "../../deletion/record/record-id.ts";
import type { Result } from "../../deletion/result.ts";
import { claimsIn, freezeKey, idOf, openKey, openPrefix } from "./keys.ts";
import { limited } from "./limited.ts";
import { readLimitMs } from "./limits.ts";
import { type WriteFailure, written } from "./publish.ts";

export interface MirroredDeletion extends OpenDeletion {
	claims: KeptClaim[];
}

/** @param open null removes the mirror. */
export const mirrorOpen = (
	kv: KVNamespace,
	id: string,
	open: MirroredDeletion | null,
): Promise<Result<null, WriteFailure>> => mirror(kv, openKey(id), open);

/** @param freeze null removes the mirror. */
export const mirrorFreeze = (kv: KVNamespace, freeze: Freeze | null): Promise<Result<null, WriteFailure>> =>
	mirror(kv, freezeKey, freeze);

const mirror = (kv: KVNamespace, key: string, value: object | null): Promise<Result<null, WriteFailure>> =>
	written(value === null ? kv.delete(key) : kv.put(key, JSON.stringify(value)));

export const freezeInKv = (kv: KVNamespace): Promise<Freeze | null> =>
	limited(readLimitMs, kv.get<Freeze>(freezeKey, "json"));

/** Rejects if KV fails. Skips mirrors that are not JSON. */
export async function mirrorsInKv(kv: KVNamespace): Promise<MirroredDeletion[]> {
	const found: MirroredDeletion[] = [];
	let cursor: string | null = null;
	do {
		const list: KVNamespaceListResult<unknown> = await limited(readLimitMs, kv.list({ prefix: openPrefix, cursor }));
		for (const { name } of list.keys) {
			const text = isRecordId(idOf(name)) ? await limited(readLimitMs, kv.get(name, "text")) : null;
			const open = text === null ? null : openIn(text);
			if (open !== null) found.push(open);
		}
		cursor = list.list_complete ? null : list.cursor;
	} while (cursor !== null);
	return found;
}

/** Only a Ledger writes it, from a `MirroredDeletion`; earlier releases wrote no claims. */
function openIn(text: string): MirroredDeletion | null {
	try {
		const open: OpenDeletion = JSON.parse(text);
		return { ...open, claims: claimsIn(open) };
	} catch {
		return null;
	}
}
