// The watch, as the Ledger sees it: decides which looks at Cloudflare are due, and has them made when nothing else is to do. The
// audit log is asked in between. It never runs inside a request.
import type { BgpPrefix } from "../../deletion/address/bgp-prefix.ts";
import { parseCidr } from "../../deletion/address/cidr.ts";
import { sameId } from "../../deletion/address/cloudflare-id.ts";
import type { AuditLog } from "../../deletion/audit-log.ts";
import type { Inventory } from "../../deletion/lookup/directory.ts";
import type { Ports } from "../../deletion/ports.ts";
import type { Left } from "../../deletion/restorations/order.ts";
import type { StatusFacts } from "../../deletion/status.ts";
import { log, traceOf } from "../../log.ts";
import { accessTo, announcedOf } from "../../watch/announcement.ts";
import { freshPace, intervalsOf, paced } from "../../watch/pace.ts";
import { planLooks } from "../../watch/schedule.ts";
import type { WatchedPrefix } from "../../watch/slots.ts";
import { earliest } from "../due.ts";
import { lookPauseMs, looksAtOnce } from "../limits.ts";
import { getFlag, setFlag } from "../tables.ts";
import { createAudit } from "./audit.ts";
import { countOpen, missedLifetimes, prefixOf, pruneLifetimes } from "./lifetimes.ts";
import { createLook, type LookNeeds } from "./looks.ts";
import { massFacts } from "./mass-deletions.ts";
import { createWatchMemory } from "./memory.ts";
import { createWatchRecords, type WatchAnnouncements } from "./records.ts";
import { settlingTimes } from "./settling-times.ts";

export interface WatchOptions extends Pick<LookNeeds, "deletionInKv"> {
	/** How often each prefix is looked at; 0 turns everything off. */
	minutes: number;
	/** At least this many losses within one interval count as a mass deletion. */
	massAtLeast: number;
	/** Whether a mass deletion freezes deletions. */
	freezes: boolean;
	/** How long lifetimes are kept after their end; 0 means for ever. */
	retentionDays: number;
	auditLog: AuditLog;
	/** Tells credentials apart. */
	mark: string;
	onDue(atMs: number): void;
	announcements: WatchAnnouncements;
}

export interface Watch {
	/** When anything is due next; null while nothing is. */
	nextMs(): number | null;
	/** Whether anything is due now. */
	isDue(): boolean;
	/** Does what is due: looks, at most one alarm's worth, or asks the audit log. Never rejects. */
	look(): Promise<void>;
	/** A record was settled. Part of the same commit. */
	settled(id: string): void;
	/** Whether the prefix has bindings left, as far as the watch knows. */
	leftIn(prefixId: string): Left;
	/** What Cloudflare announces of the prefix, as it was last read; null if that is not known. */
	announced(prefixId: string): readonly BgpPrefix[] | null;
	/** Where to look for a prefix or a binding first. */
	inventory: Inventory;
	/** `sinceMs`: the lifetimes are complete from then on. `lookedMs`: every prefix was looked at after that. null if unknown. */
	known(): { sinceMs: number | null; lookedMs: number | null };
	facts(): NonNullable<StatusFacts["watch"]>;
}

export function createWatch(
	storage: Pick<DurableObjectStorage, "sql" | "transactionSync">,
	ports: Pick<Ports, "accountId" | "cloudflare" | "journal" | "now" | "randomBytes">,
	options: WatchOptions,
): Watch {
	const { sql } = storage;
	const { journal, now } = ports;
	const isOn = options.minutes > 0;
	const everyMs = options.minutes * 60_000;
	const keptMs = options.retentionDays * 24 * 3_600_000;
	const records = createWatchRecords(sql, ports, options.freezes, options.announcements);
	const memory = createWatchMemory(storage, records);
	const look = createLook(sql, memory, { ...ports, deletionInKv: options.deletionInKv });
	const audit = createAudit(sql, { ...options, isOn, journal, now, onCalls });
	let pace = freshPace;
	let isLooking = false;

	/** The audit log's calls count against the watch's share of the rate limit. */
	function onCalls(calls: number): void {
		pace = paced(pace, { ordinary: calls, second: 0 }, now());
	}

	const intervalMs = () => intervalsOf(everyMs, memory.prefixes().length).intervalMs;
	const plan = () => planLooks(memory.slots(), missedLifetimes(sql), pace, everyMs, now());
	const listed = () => memory.prefixes().filter(({ isListed }) => isListed);
	const lookedMs = (): number | null => {
		const looked = listed().map((prefix) => prefix.lookedMs);
		return looked.includes(null) || looked.length === 0 ? null : Math.min(...looked.map((ms) => ms ?? 0));
	};

	async function lookNow(): Promise<void> {
		const startMs = now();
		const due = plan();
		const orders = [...due.second, ...due.ordinary];
		if (orders.length === 0) return;
		if (getFlag(sql, sinceFlag) === null) setFlag(sql, sinceFlag, String(startMs));
		const rest = orders.values();
		const lookOn = async () => {
			for (const order of rest) await look(order);
		};
		await Promise.all(Array.from({ length: looksAtOnce }, lookOn));
		pace = paced(pace, { ordinary: due.ordinary.length, second: due.second.length }, startMs);
		memory.tried(due.slot, startMs);
		memory.judgeLosses(intervalMs(), options.massAtLeast, now());
		if (keptMs > 0) pruneLifetimes(sql, now() - keptMs);
	}

	async function lookSafely(): Promise<void> {
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
	}

	/** While one runs: when to check that it ended. */
	function nextLookMs(): number | null {
		if (!isOn) return null;
		return isLooking ? now() + lookPauseMs : plan().nextMs;
	}
	const nextMs = () => earliest(nextLookMs(), audit.nextMs());
	const isPast = (atMs: number | null) => atMs !== null && atMs <= now();

	return {
		nextMs,
		isDue: () => isPast(nextMs()),
		// Each needs an invocation's calls to itself.
		look: () => (isPast(nextLookMs()) ? lookSafely() : audit.ask()),
		settled(id) {
			audit.settled(id);
			const record = isOn ? journal.get(id) : null;
			if (record?.state === "restored") memory.takeRestored(record, now());
		},
		leftIn: (prefixId) => (isOn ? memory.leftIn(prefixId) : "unknown"),
		announced(prefixId) {
			const prefix = isOn ? memory.prefixes().find((one) => sameId(one.prefixId, prefixId)) : undefined;
			return prefix === undefined ? null : announcedOf(prefix, now());
		},
		inventory: {
			prefixes: () => (isOn ? listed().flatMap(located) : []),
			prefixOf: (bindingId) => (isOn ? prefixOf(sql, bindingId) : null),
		},
		known() {
			const sinceMs = watchedSinceMs(sql);
			// What went before that has been pruned.
			const isPruned = sinceMs !== null && keptMs > 0;
			return { sinceMs: isPruned ? Math.max(sinceMs, now() - keptMs) : sinceMs, lookedMs: lookedMs() };
		},
		facts: () => ({
			everyMs,
			intervalMs: intervalMs(),
			prefixes: listed().length,
			bindings: countOpen(sql),
			missed: missedLifetimes(sql).length,
			lookedMs: lookedMs(),
			bgpPrefixes: accessTo(listed()),
			isLooking,
			...audit.facts(),
			settling: settlingTimes(sql, now()),
			massDeletions: massFacts(sql, now()),
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
