// Bindings that disappear without unbind, and the records that the watch keeps of them, in the real Ledger.
import { runInDurableObject } from "cloudflare:test";
import { deletedElsewhere, namedBy } from "../../src/deletion/record/deleted-elsewhere.ts";
import type { Deletion } from "../../src/deletion/record/deletion.ts";
import type { Identified } from "../../src/deletion/record/elsewhere.ts";
import { newRecordId } from "../../src/deletion/record/record-id.ts";
import type { Ledger } from "../../src/index.ts";
import { createJournal } from "../../src/ledger/journal.ts";
import { accountId, cdn25, prefixes, services } from "../doors/account.ts";
import { ledger } from "../harness.ts";
import { cidr, othersDelete } from "./people.ts";

export const lastSeenMs = (nowMs: number): number => nowMs - 600_000;

export const byMallory: Identified = {
	by: { name: "mallory@example.com", id: "4e5f", type: "user" },
	how: "dashboard",
	token_name: null,
	ray: "8f00aa11bb22cc33-AMS",
};

/**
 * Someone else deletes the CDN's /25, and the watch keeps the record. Call it before the Ledger gets its first request,
 * which would not see that another journal writes its tables.
 */
export async function disappeared(identified: Identified | null = null): Promise<Deletion> {
	await othersDelete(prefixes.amsterdam, cdn25);
	const nowMs = Date.now();
	const record = deletedElsewhere({
		id: newRecordId(nowMs, crypto.getRandomValues(new Uint8Array(16))),
		binding: {
			account_id: accountId,
			prefix_id: prefixes.amsterdam,
			id: cdn25,
			cidr,
			service_id: services.CDN,
			service_name: "CDN",
			provisioning: { state: "active" },
		},
		effect: null,
		lastSeenMs: lastSeenMs(nowMs),
		noticedMs: nowMs,
	});
	const kept = identified === null ? record : namedBy(record, identified, nowMs + 60_000);
	await runInDurableObject<Ledger, void>(ledger(), (_, { storage }) => {
		const onDue = (atMs: number) => void storage.setAlarm(atMs);
		createJournal(storage.sql, { now: () => Date.now(), onDue, onSettled() {} }).storeSettled(kept);
	});
	return kept;
}
