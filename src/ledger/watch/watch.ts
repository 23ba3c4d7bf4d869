// Looks at the account regularly: decides what is due, asks Cloudflare, and hands each answer to the memory, which judges it. It
// never runs inside a request.
import type { BgpPrefix } from "../../deletion/address/bgp-prefix.ts";
import { parseCidr } from "../../deletion/address/cidr.ts";
import { type CloudflareId, isCloudflareId, plainId, sameId } from "../../deletion/address/cloudflare-id.ts";
import type { Inventory } from "../../deletion/lookup/directory.ts";
import type { Cloudflare, CloudflareFault } from "../../deletion/ports.ts";
import type { Deletion } from "../../deletion/record/deletion.ts";
import type { Left } from "../../deletion/restorations/order.ts";
import type { WatchFacts } from "../../deletion/status.ts";
import { log, traceOf } from "../../log.ts";
import { accessTo, announcedOf } from "../../watch/announcement.ts";
import type { Lifetime, WatchedPrefix } from "../../watch/inventory.ts";
import { freshPace, paced, rhythmOf } from "../../watch/rhythm.ts";
import { type Order, planLooks } from "../../watch/schedule.ts";
import { keptMs, lookPauseMs, looksAtOnce } from "../limits.ts";
import { getFlag, setFlag } from "../tables.ts";
import { countOpen, lifetimesIn, missedLifetimes, prefixOf, pruneLifetimes } from "./lifetimes.ts";
import { createWatchMemory, type WatchEvents } from "./memory.ts";

export interface WatchOptions extends WatchEvents {
	/** How often each prefix is looked at; 0 turns the watch off. */
	everyMs: number;
	/** So many losses within one interval are a mass event. */
	massAtLeast: number;
	/** How long lifetimes are kept after their end; 0 means for ever. */
	keptMs: number;
	cloudflare: Cloudflare;
	now(): number;
	/** When our deletion of a binding took effect, according to KV. Rejects while KV can't be read. */
	deletionInKv(bindingId: string): Promise<number | null>;
}

export interface Watch {
	/** When the next look is due. While one runs: when to check that it ended. null if the watch is off. */
	nextMs(): number | null;
	/** Makes the looks that are due, at most one alarm's worth. Never rejects. */
	look(): Promise<void>;
	facts(): WatchFacts;
	/** What Cloudflare announces of the prefix, as it was last read; null if that is not known. */
	announced(prefixId: string): readonly BgpPrefix[] | null;
	/** Where to look for a prefix or a binding first. */
	inventory: Inventory;
	/** unbind created the binding of this record again. */
	restored(record: Deletion): void;
	/** Whether the prefix has bindings left, as far as the watch knows. */
	leftIn(prefixId: string): Left;
	/** Others made that many calls, which count against its share of the rate limit. */
	spent(calls: number): void;
	/** `sinceMs`: the lifetimes are complete from then on. `lookedMs`: every prefix was looked at after that. null if unknown. */
	known(): { sinceMs: number | null; lookedMs: number | null };
}

/** Our deletions older than this may be in KV only. */
const ledgerRemembersMs = keptMs - 24 * 3_600_000;

export function createWatch(
	storage: Pick<DurableObjectStorage, "sql" | "transactionSync">,
	options: WatchOptions,
): Watch {
	const { sql } = storage;
	const { everyMs, cloudflare, now } = options;
	const memory = createWatchMemory({ sql, transactionSync: (work) => storage.transactionSync(work) }, options);
	let pace = freshPace;
	let isLooking = false;

	const rhythm = () => rhythmOf(everyMs, memory.prefixes().length);
	const plan = () => planLooks(memory.slots(), missedLifetimes(sql), pace, everyMs, now());
	const listed = () => memory.prefixes().filter(({ isListed }) => isListed);
	const lookedMs = (): number | null => {
		const looked = listed().map((prefix) => prefix.lookedMs);
		return looked.includes(null) || looked.length === 0 ? null : Math.min(...looked.map((ms) => ms ?? 0));
	};

	async function lookAtAccount(): Promise<void> {
		const startMs = now();
		const read = await cloudflare.listPrefixes({ fresh: true, sparing: true });
		const beginMs = read.ok ? read.value.askedAtMs : startMs;
		memory.takeAccount({ beginMs, endMs: now(), seen: read.ok ? read.value.items : null });
	}

	async function lookAtPrefix(prefixId: CloudflareId): Promise<void> {
		const startMs = now();
		const read = await cloudflare.listBindings(prefixId, { fresh: true, sparing: true });
		const beginMs = read.ok ? read.value.askedAtMs : startMs;
		memory.takePrefix({ prefixId, beginMs, endMs: now(), seen: read.ok ? read.value.items : null });
	}

	async function readAnnouncement(prefixId: CloudflareId): Promise<void> {
		memory.takeAnnouncement(prefixId, await cloudflare.listBgpPrefixes(prefixId, { sparing: true }), now());
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
				const goneMs = now() - seenMs > ledgerRemembersMs ? await options.deletionInKv(bindingId) : null;
				if (goneMs !== null) deleted.set(plainId(bindingId), goneMs);
			}
			return deleted;
		} catch (error) {
			log("warn", "history_unreadable", traceOf(error));
			return null;
		}
	}

	async function take(order: Order): Promise<void> {
		if (order.look === "account") return lookAtAccount();
		if (!isCloudflareId(order.prefixId)) return;
		if (order.look === "prefix") return lookAtPrefix(order.prefixId);
		if (order.look === "bgp") return readAnnouncement(order.prefixId);
		if (isCloudflareId(order.bindingId)) await lookAtBinding(order.prefixId, order.bindingId);
	}

	async function lookNow(): Promise<void> {
		const startMs = now();
		const due = plan();
		const orders = [...due.second, ...due.ordinary];
		if (orders.length === 0) return;
		if (getFlag(sql, sinceFlag) === null) setFlag(sql, sinceFlag, String(startMs));
		const rest = orders.values();
		const lookOn = async () => {
			for (const order of rest) await take(order);
		};
		await Promise.all(Array.from({ length: looksAtOnce }, lookOn));
		pace = paced(pace, { ordinary: due.ordinary.length, second: due.second.length }, startMs);
		memory.tried(due.slot, startMs);
		memory.judgeLosses(rhythm().intervalMs, options.massAtLeast, now());
		if (options.keptMs > 0) pruneLifetimes(sql, now() - options.keptMs);
	}

	return {
		nextMs() {
			if (everyMs === 0) return null;
			return isLooking ? now() + lookPauseMs : plan().nextMs;
		},
		async look() {
			if (everyMs === 0 || isLooking || plan().nextMs > now()) return;
			isLooking = true;
			try {
				await lookNow();
			} catch (error) {
				log("error", "watch_failed", traceOf(error));
				memory.forget();
				pace = { ordinaryMs: now() + lookPauseMs, secondMs: now() + lookPauseMs };
			} finally {
				isLooking = false;
			}
		},
		restored: (record) => memory.takeRestored(record, now()),
		leftIn: (prefixId) => (everyMs === 0 ? "unknown" : memory.leftIn(prefixId)),
		spent(calls) {
			pace = paced(pace, { ordinary: calls, second: 0 }, now());
		},
		known() {
			const sinceMs = watchedSinceMs(sql);
			// What went before that has been pruned.
			const isPruned = sinceMs !== null && options.keptMs > 0;
			return { sinceMs: isPruned ? Math.max(sinceMs, now() - options.keptMs) : sinceMs, lookedMs: lookedMs() };
		},
		announced(prefixId) {
			const prefix = everyMs === 0 ? undefined : memory.prefixes().find((one) => sameId(one.prefixId, prefixId));
			return prefix === undefined ? null : announcedOf(prefix, now());
		},
		inventory: {
			prefixes: () => (everyMs === 0 ? [] : listed().flatMap(located)),
			prefixOf: (bindingId) => (everyMs === 0 ? null : prefixOf(sql, bindingId)),
		},
		facts: () => ({
			everyMs,
			intervalMs: rhythm().intervalMs,
			prefixes: listed().length,
			bindings: countOpen(sql),
			missed: missedLifetimes(sql).length,
			isLooking,
			lookedMs: lookedMs(),
			bgpPrefixes: accessTo(listed()),
		}),
	};
}

function located({ prefixId, cidr }: WatchedPrefix) {
	const range = parseCidr(cidr);
	return range.ok ? [{ id: prefixId, range: range.value }] : [];
}

/** When the first look of all began. */
const sinceFlag = "watch_since";
const watchedSinceMs = (sql: SqlStorage): number | null => {
	const text = getFlag(sql, sinceFlag);
	return text === null ? null : Number(text);
};

const missing = (fault: CloudflareFault): "missing" | null => (fault.kind === "not_found" ? "missing" : null);
const isMissedAgain = ({ closed, missedAgainMs }: Lifetime): boolean => closed === null && missedAgainMs !== null;
