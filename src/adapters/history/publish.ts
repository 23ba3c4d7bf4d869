// Writes a settled record to KV: the record itself, and one key for each way to look it up. Writing it again is harmless.

import type { KeptClaim } from "../../deletion/ports.ts";
import type { Deletion } from "../../deletion/record/deletion.ts";
import { fail, ok, type Result } from "../../deletion/result.ts";
import { aliasKey, claimsKey, claimsText, indexKeys, metadataOf, recordKey } from "./keys.ts";
import { KvTimeout, limited } from "./limited.ts";
import { shortestTtlSeconds, writeLimitMs } from "./limits.ts";

export interface WriteFailure {
	detail: string;
	timedOut: boolean;
	/** The write may still take effect, even after a later one. */
	mayLand: boolean;
}

/** KV refused the write. After any other error, KV may have accepted it, and it may land late. */
const refusal = /^KV PUT failed: 4\d\d\b/;

/**
 * @param retentionDays how long KV keeps it, counted from its last change; 0 means for ever.
 * @param version the journal's version at the record's last change: it shows a Ledger that it is older than KV.
 * @param claims for a Ledger that lost its own.
 */
export async function publish(
	kv: KVNamespace,
	deletion: Deletion,
	retentionDays: number,
	nowMs: number,
	version?: string,
	claims: readonly KeptClaim[] = [],
): Promise<Result<null, WriteFailure>> {
	const metadata = metadataOf(deletion);
	const expiry = expiryOf(lastChangeMs(deletion), retentionDays, nowMs);
	const versioned = version === undefined ? metadata : { ...metadata, version };
	// Wait for all of them: if one is refused immediately, another may still hang and land later.
	const put = async (key: string, value: string, about: object) => kv.put(key, value, { metadata: about, ...expiry });
	const withClaims = claimsKey(deletion);
	const outcomes = await Promise.all([
		written(put(recordKey(deletion.id), JSON.stringify(deletion), versioned)),
		...indexKeys(deletion).map((key) => written(put(key, key === withClaims ? claimsText(claims) : "", metadata))),
	]);
	const failures = outcomes.flatMap((outcome) => (outcome.ok ? [] : [outcome.failure]));
	const [first] = failures;
	if (first === undefined) return ok(null);
	const timedOut = failures.some((failure) => failure.timedOut);
	return fail({ ...first, timedOut, mayLand: failures.some(({ mayLand }) => mayLand) });
}

/** Writes another id that callers have for a record. */
export const publishAlias = (
	kv: KVNamespace,
	alias: { id: string; deletionId: string },
	retentionDays: number,
	nowMs: number,
): Promise<Result<null, WriteFailure>> =>
	written(kv.put(aliasKey(alias.id), alias.deletionId, expiryOf(nowMs, retentionDays, nowMs)));

/** Turns KV's answer to a write into a value, within a time limit. */
export async function written(write: Promise<unknown>): Promise<Result<null, WriteFailure>> {
	try {
		await limited(writeLimitMs, write);
		return ok(null);
	} catch (error) {
		const detail = error instanceof Error ? error.message.slice(0, 200) : "KV refused the write";
		return fail({ detail, timedOut: error instanceof KvTimeout, mayLand: !refusal.test(detail) });
	}
}

function expiryOf(fromMs: number, retentionDays: number, nowMs: number): { expirationTtl?: number } {
	if (retentionDays === 0) return {};
	const leftSeconds = Math.floor((fromMs - nowMs) / 1000) + retentionDays * 86_400;
	return { expirationTtl: Math.max(leftSeconds, shortestTtlSeconds) };
}

/** The record's last change; publishing does not count. */
export function lastChangeMs({ timeline, created_at }: Deletion): number {
	const last = timeline.findLast(({ event }) => event !== "published");
	return Math.max(Date.parse(created_at), Date.parse(last?.at ?? created_at));
}
