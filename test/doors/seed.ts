// An existing history: settled records in KV, as if they were written long ago.
import { publish } from "../../src/adapters/history/publish.ts";
import type { Deletion } from "../../src/deletion/deletion.ts";
import { newRecordId } from "../../src/deletion/record-id.ts";
import { HISTORY, ledger } from "../harness.ts";

export const dayMs = 86_400_000;
const newestMs = Date.UTC(2026, 1, 20, 12);

/** A record created `minutesAgo` minutes before 2026-02-20T12:00:00Z. */
export function pastDeletion(minutesAgo: number, more: Partial<Deletion> = {}): Deletion {
	const atMs = newestMs - minutesAgo * 60_000;
	const at = new Date(atMs).toISOString();
	return {
		id: newRecordId(
			atMs,
			Uint8Array.from({ length: 16 }, (_, index) => (minutesAgo >> index) % 32),
		),
		state: "failed",
		not_before: null,
		target: `198.18.${(minutesAgo >> 8) % 256}.${minutesAgo % 256}/32`,
		reason: null,
		actor: { name: "past", door: "api" },
		created_at: at,
		settled_at: at,
		binding: null,
		effect: null,
		guards: [],
		cloudflare: null,
		failure: { code: "binding_not_found", detail: "There was none." },
		timeline: [{ at, event: "requested" }],
		approval: null,
		restoration: null,
		...more,
	};
}

/** Returns the ids, newest first. The Ledger comes before its history, since one that finds a history starts frozen. */
export async function seed(deletions: Deletion[]): Promise<string[]> {
	await ledger().freezes();
	for (let start = 0; start < deletions.length; start += 100)
		await Promise.all(deletions.slice(start, start + 100).map((one) => publish(HISTORY, one, 0, newestMs)));
	return deletions.map(({ id }) => id).toSorted();
}

export const seedMany = (count: number): Promise<string[]> =>
	seed(Array.from({ length: count }, (_, minutesAgo) => pastDeletion(minutesAgo)));
