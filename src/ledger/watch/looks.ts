// Makes one look at Cloudflare, and hands the answer to the memory, which judges it.
import { type CloudflareId, isCloudflareId, plainId } from "../../deletion/address/cloudflare-id.ts";
import type { Cloudflare, CloudflareFault, Listing } from "../../deletion/ports.ts";
import type { Result } from "../../deletion/result.ts";
import { log, traceOf } from "../../log.ts";
import { isMissedAgain } from "../../watch/lifetime.ts";
import type { Order } from "../../watch/schedule.ts";
import { ledgerRemembersMs } from "../limits.ts";
import { lifetimesIn } from "./lifetimes.ts";
import type { WatchMemory } from "./memory.ts";

export interface LookNeeds {
	cloudflare: Cloudflare;
	now(): number;
	/** When our deletion of a binding took effect, according to KV. Rejects while KV can't be read. */
	deletionInKv(bindingId: string): Promise<number | null>;
}

const sparing = { fresh: true, sparing: true };

export function createLook(
	sql: SqlStorage,
	memory: WatchMemory,
	{ cloudflare, now, deletionInKv }: LookNeeds,
): (order: Order) => Promise<void> {
	/** A list that failed proves nothing. */
	function listLook<Item>(read: Result<Listing<Item>, CloudflareFault>) {
		const endMs = now();
		return read.ok
			? { beginMs: read.value.askedAtMs, endMs, seen: read.value.items }
			: { beginMs: endMs, endMs, seen: null };
	}

	async function lookAtBinding(prefixId: CloudflareId, bindingId: CloudflareId): Promise<void> {
		const beginMs = now();
		const read = await cloudflare.getBinding(prefixId, bindingId);
		const endMs = now();
		const seen = read.ok ? read.value : missing(read.failure);
		const forgotten = seen === "missing" ? await forgottenDeletions(prefixId) : new Map<string, number>();
		const look = { prefixId, bindingId, beginMs, endMs };
		// While KV can't be read, we can't tell whether unbind deleted it.
		if (forgotten === null) memory.takeBinding({ ...look, seen: null }, new Map());
		else memory.takeBinding({ ...look, seen }, forgotten);
	}

	/** Our deletions that may have left the Ledger, of bindings that were last seen so long ago; null if KV can't be read. */
	async function forgottenDeletions(prefixId: string): Promise<Map<string, number> | null> {
		const deleted = new Map<string, number>();
		try {
			for (const { bindingId, seenMs } of lifetimesIn(sql, prefixId).filter(isMissedAgain)) {
				const goneMs = now() - seenMs > ledgerRemembersMs ? await deletionInKv(bindingId) : null;
				if (goneMs !== null) deleted.set(plainId(bindingId), goneMs);
			}
			return deleted;
		} catch (error) {
			log("warn", "history_unreadable", traceOf(error));
			return null;
		}
	}

	return async (order) => {
		if (order.look === "account") return memory.takeAccount(listLook(await cloudflare.listPrefixes(sparing)));
		const { prefixId } = order;
		if (!isCloudflareId(prefixId)) return;
		if (order.look === "prefix")
			memory.takePrefix({ prefixId, ...listLook(await cloudflare.listBindings(prefixId, sparing)) });
		else if (order.look === "bgp")
			memory.takeAnnouncement(prefixId, await cloudflare.listBgpPrefixes(prefixId, { sparing: true }), now());
		else if (isCloudflareId(order.bindingId)) await lookAtBinding(prefixId, order.bindingId);
	};
}

const missing = (fault: CloudflareFault): "missing" | null => (fault.kind === "not_found" ? "missing" : null);
