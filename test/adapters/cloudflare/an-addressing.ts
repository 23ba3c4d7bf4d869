// The adapters of Cloudflare's API under test, with a sleep that only records how long it should last.

import { accountId, prefixes } from "../../../sandbox/imitation/account.ts";
import { sandboxApiToken } from "../../../sandbox/imitation/credentials.ts";
import { createAddressing } from "../../../src/adapters/cloudflare/addressing.ts";
import { createAuditLog } from "../../../src/adapters/cloudflare/audit-log.ts";
import { type CallerOptions, createCaller } from "../../../src/adapters/cloudflare/caller.ts";
import { type CloudflareId, isCloudflareId } from "../../../src/deletion/address/cloudflare-id.ts";

export function id(text: string): CloudflareId {
	if (!isCloudflareId(text)) throw new Error(`${text} is no id`);
	return text;
}

export const edgeId = id(prefixes[0]?.id ?? "");
export const cdnId = id("c01d0000000000000000000000000003");

export function addressingOf(change: Partial<CallerOptions> = {}) {
	const slept: number[] = [];
	const credential: string[] = [];
	const clock = { ms: Date.UTC(2026, 10, 3, 12) };
	const caller = createCaller({
		credential: { apiToken: sandboxApiToken },
		now: () => clock.ms,
		async sleep(ms) {
			slept.push(ms);
			clock.ms += ms;
		},
		random: () => 0.5,
		onCredential: (call, rejected) => credential.push(`${call} ${rejected ? "rejected" : "accepted"}`),
		timeoutMs: 5000,
		...change,
	});
	const addressing = createAddressing(id(accountId), caller);
	const auditLog = createAuditLog(id(accountId), caller);
	return { addressing, auditLog, slept, credential, clock };
}

export const shared = { fresh: false };
export const fresh = { fresh: true };
