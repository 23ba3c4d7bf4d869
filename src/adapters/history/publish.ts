// Writes a settled record to KV: itself, and a key for each way to look it up. Writing it again does no harm.
import type { Deletion } from "../../deletion/deletion.ts";
import { fail, ok, type Result } from "../../deletion/result.ts";
import { indexKeys, metadataOf, recordKey } from "./keys.ts";

const shortestTtlSeconds = 60;

/**
 * @param retentionDays how long KV keeps it, counted from its creation; 0 is for ever.
 */
export async function publish(
	kv: KVNamespace,
	deletion: Deletion,
	retentionDays: number,
	nowMs: number,
): Promise<Result<null, { detail: string }>> {
	const metadata = metadataOf(deletion);
	const leftSeconds = Math.floor((Date.parse(deletion.created_at) - nowMs) / 1000) + retentionDays * 86_400;
	const expiry = retentionDays === 0 ? {} : { expirationTtl: Math.max(leftSeconds, shortestTtlSeconds) };
	try {
		await Promise.all([
			kv.put(recordKey(deletion.id), JSON.stringify(deletion), { metadata, ...expiry }),
			...indexKeys(deletion).map((key) => kv.put(key, "", { metadata, ...expiry })),
		]);
		return ok(null);
	} catch (error) {
		return fail({ detail: error instanceof Error ? error.message.slice(0, 200) : "KV refused the write" });
	}
}
