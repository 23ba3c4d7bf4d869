// Writes a settled record to KV: itself, and a key for each way to look it up. Writing it again does no harm.
import type { Deletion } from "../../deletion/deletion.ts";
import type { KeptClaim } from "../../deletion/ports.ts";
import { fail, ok, type Result } from "../../deletion/result.ts";
import { claimsKey, claimsText } from "./claims.ts";
import { aliasKey, indexKeys, metadataOf, recordKey } from "./keys.ts";
import { KvTimeout, limited, writeLimitMs } from "./limited.ts";

const shortestTtlSeconds = 60;

export interface WriteFailure {
	detail: string;
	timedOut: boolean;
	/** It may still take effect, even after a later write. */
	mayLand: boolean;
}

/** KV's answer that a write was refused. After any other error it may have been accepted, and land late. */
const refusal = /^KV PUT failed: 4\d\d\b/;

/**
 * @param retentionDays how long KV keeps it, counted from its last change; 0 is for ever.
 * @param version the journal's at the record's last change: by it a Ledger sees that it is older than KV.
 * @param claims what a Ledger that has lost them answers by.
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
	// All are waited for: beside one that is refused at once, another may hang, and land later.
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

/** Another id under which callers know a record. */
export const publishAlias = (
	kv: KVNamespace,
	alias: { id: string; deletionId: string },
	retentionDays: number,
	nowMs: number,
): Promise<Result<null, WriteFailure>> =>
	written(kv.put(aliasKey(alias.id), alias.deletionId, expiryOf(nowMs, retentionDays, nowMs)));

/** KV's answer to a write as a value, within a time limit. */
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

/** Publishing a record does not change it. */
export function lastChangeMs({ timeline, created_at }: Deletion): number {
	const last = timeline.findLast(({ event }) => event !== "published");
	return Math.max(Date.parse(created_at), Date.parse(last?.at ?? created_at));
}
