// The watch and the audit log as the Ledger sees them: one thing that looks at Cloudflare when nothing else is to do.
import type { AuditLog } from "../../deletion/audit-log.ts";
import type { Ports } from "../../deletion/ports.ts";
import type { StatusFacts } from "../../deletion/status.ts";
import { type Audit, createAudit } from "./audit.ts";
import { massFacts } from "./mass-deletions.ts";
import { createWatchRecords, type WatchAnnouncements } from "./records.ts";
import { settling } from "./settling.ts";
import { createWatch, type Watch } from "./watch.ts";

export interface WatchingOptions {
	/** 0 turns everything off. */
	minutes: number;
	massAtLeast: number;
	freezes: boolean;
	retentionDays: number;
	auditLog: AuditLog;
	/** Tells credentials apart. */
	mark: string;
	/** When our deletion of a binding took effect, according to KV. Rejects while KV can't be read. */
	deletionInKv(bindingId: string): Promise<number | null>;
	onDue(atMs: number): void;
	announcements: WatchAnnouncements;
}

export interface Watching extends Pick<Watch, "known" | "inventory" | "leftIn" | "announced">, Pick<Audit, "settled"> {
	/** When anything is due next; null while nothing is. */
	nextMs(): number | null;
	/** Whether anything is due now. */
	isDue(): boolean;
	/** Does what is due: looks, or asks the audit log, as each needs an invocation's calls to itself. Never rejects. */
	look(): Promise<void>;
	facts(): NonNullable<StatusFacts["watch"]>;
}

export function createWatching(
	storage: Pick<DurableObjectStorage, "sql" | "transactionSync">,
	ports: Pick<Ports, "accountId" | "cloudflare" | "journal" | "now" | "randomBytes">,
	{ minutes, massAtLeast, freezes, retentionDays, auditLog, mark, deletionInKv, onDue, announcements }: WatchingOptions,
): Watching {
	const { cloudflare, journal, now } = ports;
	const watch = createWatch(storage, {
		everyMs: minutes * 60_000,
		massAtLeast,
		keptMs: retentionDays * 24 * 3_600_000,
		cloudflare,
		now,
		deletionInKv,
		...createWatchRecords(storage.sql, ports, freezes, announcements),
	});
	const onCalls = (calls: number) => watch.spent(calls);
	const audit = createAudit(storage.sql, { isOn: minutes > 0, mark, auditLog, journal, now, onDue, onCalls });
	const nextMs = () => {
		const dueMs = [watch.nextMs(), audit.nextMs()].filter((atMs) => atMs !== null);
		return dueMs.length === 0 ? null : Math.min(...dueMs);
	};
	return {
		known: watch.known,
		inventory: watch.inventory,
		leftIn: watch.leftIn,
		announced: watch.announced,
		settled(id) {
			audit.settled(id);
			const record = minutes === 0 ? null : journal.get(id);
			if (record?.state === "restored") watch.restored(record);
		},
		nextMs,
		isDue: () => (nextMs() ?? Number.POSITIVE_INFINITY) <= now(),
		look: () => ((watch.nextMs() ?? Number.POSITIVE_INFINITY) <= now() ? watch.look() : audit.ask()),
		facts: () => ({
			...watch.facts(),
			...audit.facts(),
			settling: settling(storage.sql, now()),
			massDeletions: massFacts(storage.sql, now()),
		}),
	};
}
