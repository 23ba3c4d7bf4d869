// Writes histories of any size straight into the SQLite file behind KV. Through KV itself, a million records would take
// a quarter of an hour and a file each. A list reads the same either way: the keys and the metadata as `publish` writes
// them. The values are not read, so all records share one.
//
// Only the records' own keys are written, not those by binding and prefix. This KV finds a prefix by walking every key
// before it, and "binding:" comes before "deletion:". Cloudflare's KV does not, so that would measure the imitation.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { metadataOf, recordKey } from "../../src/adapters/history/keys.ts";
import type { Deletion } from "../../src/deletion/deletion.ts";
import { newRecordId } from "../../src/deletion/record-id.ts";
import { account } from "./account.ts";

const marker = "marker";
const newestMs = Date.UTC(2026, 9, 1);
const apartMs = 60_000;

/** @param kv a namespace of a running world, recognized later by this marker. */
export async function markHistory(kv: { put(key: string, value: string): Promise<void> }, name: string): Promise<void> {
	await kv.put(marker, name);
	await kv.put(`${marker}:${name}`, "");
}

/** Fills a namespace marked by `markHistory`, while no runtime has it open. */
export function fillHistory(dataPath: string, name: string, count: number, like: Deletion): void {
	const database = databaseOf(join(dataPath, "kv", "miniflare-KVNamespaceObject"), name);
	const blob = database.prepare("SELECT blob_id FROM _mf_entries WHERE key = ?").get(marker)?.blob_id ?? "";
	database.exec("PRAGMA synchronous = OFF; BEGIN");
	const insert = database.prepare("INSERT INTO _mf_entries (key, blob_id, metadata) VALUES (?, ?, ?)");
	for (let index = count - 1; index >= 0; index--) {
		const { deletion, id } = variantOf(like, index, newestMs - index * apartMs);
		insert.run(recordKey(id), blob, JSON.stringify(metadataOf(deletion)));
	}
	database.exec(`DELETE FROM _mf_entries WHERE key LIKE '${marker}%'; COMMIT; PRAGMA wal_checkpoint(TRUNCATE)`);
	database.close();
}

/** The same deletion for another binding at another time. */
export function variantOf(like: Deletion, index: number, createdAtMs: number): { deletion: Deletion; id: string } {
	const id = newRecordId(createdAtMs, bytesOf(index));
	const { cidr, prefixId } = account.targets[index % account.targets.length] ?? { cidr: "", prefixId: "" };
	const at = new Date(createdAtMs).toISOString();
	const binding = like.binding && { ...like.binding, cidr, prefix_id: prefixId, id: `c01e${hex(index, 28)}` };
	return { deletion: { ...like, id, target: cidr, binding, created_at: at, settled_at: at }, id };
}

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, "0");
const bytesOf = (index: number): Uint8Array =>
	Uint8Array.from({ length: 16 }, (_, at) => (index * (at + 7) * 31) % 251);

function databaseOf(directory: string, name: string): DatabaseSync {
	for (const file of readdirSync(directory).filter((one) => /^[0-9a-f]{64}\.sqlite$/.test(one))) {
		const database = new DatabaseSync(join(directory, file));
		const found = database.prepare("SELECT 1 FROM _mf_entries WHERE key = ?").get(`${marker}:${name}`);
		if (found !== undefined) return database;
		database.close();
	}
	throw new Error(`there is no namespace that was marked ${name}`);
}
