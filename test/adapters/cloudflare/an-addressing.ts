// The Cloudflare port under test, with a sleep that only records how long it should last.

import { accountId, prefixes } from "../../../sandbox/imitation/account.ts";
import { sandboxApiToken } from "../../../sandbox/imitation/credentials.ts";
import { type AddressingOptions, createAddressing } from "../../../src/adapters/cloudflare/addressing.ts";
import { type CloudflareId, isCloudflareId } from "../../../src/deletion/address/cloudflare-id.ts";

export function id(text: string): CloudflareId {
	if (!isCloudflareId(text)) throw new Error(`${text} is no id`);
	return text;
}

export const edgeId = id(prefixes[0]?.id ?? "");
export const cdnId = id("c01d0000000000000000000000000003");

export function addressingOf(change: Partial<AddressingOptions> = {}) {
	const slept: number[] = [];
	const credential: string[] = [];
	const clock = { ms: Date.UTC(2026, 10, 3, 12) };
	const addressing = createAddressing({
		accountId: id(accountId),
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
	return { addressing, slept, credential, clock };
}

export const shared = { fresh: false };
export const fresh = { fresh: true };
