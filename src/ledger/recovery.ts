// For a Ledger that does not know the history in KV: a new one (the object was lost, or unbind was installed again over an
// old namespace), or one set back to an earlier time. It starts frozen, takes over the last week from KV, and carries out
// nothing that was waiting.

import { freezeInKv, mirrorsInKv } from "../adapters/history/mirrors.ts";
import { lastChangeMs } from "../adapters/history/publish.ts";
import { recordInKv } from "../adapters/history/record.ts";
import { isEmpty, type KnownRecord, newestVersions, recordsSince } from "../adapters/history/recovery-reads.ts";
import { endsBefore, type Freeze } from "../deletion/judgement/freeze.ts";
import { sendWindowMs } from "../deletion/limits.ts";
import { at, type Deletion, settle } from "../deletion/record/deletion.ts";
import { log, traceOf } from "../log.ts";
import { withinMs } from "../within-ms.ts";
import { takeOverClaims } from "./claims.ts";
import {
	freezeInForce,
	freezeSet,
	hasReadHistory,
	isImporting,
	lastFreezeEventAt,
	mirrorFreezeSoon,
	noteHistory,
	ownParty,
	setFreeze,
} from "./freezes.ts";
import type { CountedJournal } from "./journal.ts";
import { clockSkewMs, compareAgainMs, compareWaitMs, historyWaitMs, keptMs } from "./limits.ts";
import { noteMirror } from "./mirrors.ts";
import { idsIn, setAsideIfUnreadable } from "./tables.ts";

const reasons = {
	new: "unbind's Ledger is new, and there is a history in KV. Check the deletions that were under way before you lift the freeze.",
	older: "unbind's Ledger was set back to an earlier time. Check what happened after that time, then lift the freeze.",
};
type Kind = keyof typeof reasons;

export function createRecovery(
	sql: SqlStorage,
	kv: KVNamespace,
	journal: CountedJournal,
	announce: Parameters<typeof setFreeze>[4],
	now: () => number,
) {
	let reading: Promise<void> | null = null;
	let comparing: Promise<boolean> | null = null;
	let waiting: { sinceMs: number; done: Promise<unknown> } | null = null;

	async function read(): Promise<void> {
		if (isImporting(sql)) await takeOver("new");
		else if (!(await isEmpty(kv))) {
			freezeFor("new");
			noteHistory(sql, "importing");
			await takeOver("new");
		}
		noteHistory(sql, "read");
		comparing = Promise.resolve(true);
	}

	async function compare(): Promise<void> {
		const [versions, freeze] = await Promise.all([newestVersions(kv), freezeInKv(kv)]);
		const [name, change] = partsOf(journal.version());
		const newest = Math.max(0, ...versions.map(partsOf).map(([of, count]) => (of === name ? count : 0)));
		if (newest <= change && !isUnknown(freeze)) return;
		freezeFor("older");
		await takeOver("older");
	}

	/** Whether it was set after the last freeze event this Ledger knows; KV may still show one that has been lifted. */
	const isUnknown = (freeze: Freeze | null): boolean =>
		freeze !== null &&
		Date.parse(freeze.since) > Date.parse(lastFreezeEventAt(sql) ?? at(0)) + clockSkewMs &&
		(freeze.until === null || Date.parse(freeze.until) > now());

	function freezeFor(kind: Kind): void {
		const freeze: Freeze = { reason: reasons[kind], by: ownParty, since: at(now()), until: null };
		const present = freezeSet(sql) === null ? null : freezeInForce(sql, now());
		if (present === null || endsBefore(present, freeze)) setFreeze(sql, freeze, ownParty, now(), announce);
		else mirrorFreezeSoon(sql, now());
		log("error", kind === "new" ? "ledger_new" : "ledger_older");
	}

	async function takeOver(kind: Kind): Promise<void> {
		const records = await recordsSince(kv, now() - keptMs, now());
		const mirrors = await mirrorsInKv(kv);
		const settled = await Promise.all(mirrors.map(({ deletion }) => recordInKv(kv, deletion.id)));
		// No `await` from here on: everything taken over becomes durable together.
		const floor = Math.max(0, ...records.map(({ version }) => partsOf(version ?? "")[1]));
		for (const record of records) if (isNews(record)) adopt(record, floor);
		for (const [index, { deletion, terms, progress, claims }] of mirrors.entries()) {
			if (settled[index] === null && journal.get(deletion.id) === null) {
				if (deletion.state === "unknown") {
					// What KV says is never enough to send a DELETE: looks alone settle it.
					const judgedAtMs = Math.min(progress.judgedAtMs, now() - sendWindowMs);
					journal.storeOpen({ deletion, terms, progress: { ...progress, judgedAtMs } }, now() + 1000);
					takeOverClaims(sql, deletion.id, claims);
				} else journal.storeSettled(cancelled(deletion, kind));
			}
			noteMirror(sql, deletion.id, now());
		}
		const waitingIds = "SELECT id FROM deletions WHERE open = 1 AND state IN ('scheduled', 'pending_approval')";
		if (kind === "older") for (const id of idsIn(sql, waitingIds)) cancelWaiting(id);
	}

	/** Whether this Ledger lacks the record, or has an older version. */
	function isNews({ deletion: { id }, version }: KnownRecord): boolean {
		const [row] = sql
			.exec<{ open: number; change: number }>("SELECT open, change FROM deletions WHERE id = ?", id)
			.toArray();
		if (row === undefined) return true;
		const [name, change] = partsOf(version ?? "");
		return name === partsOf(journal.version())[0] ? change > row.change : row.open === 1;
	}

	function adopt({ deletion, claims }: KnownRecord, floor: number): void {
		try {
			journal.adopt(deletion, lastChangeMs(deletion), floor, claims);
		} catch (error) {
			log("error", "record_not_imported", { deletion_id: deletion.id, ...traceOf(error) });
		}
	}

	function cancelWaiting(id: string): void {
		try {
			const open = journal.open(id);
			if (open !== null) journal.storeSettled(cancelled(open.deletion, "older"));
		} catch {
			setAsideIfUnreadable(sql, id);
		}
	}

	const cancelled = (deletion: Deletion, kind: Kind): Deletion => {
		const { approval } = deletion;
		const withdrawn = approval?.state === "pending" ? { ...approval, state: "withdrawn" as const } : approval;
		const what = kind === "new" ? "was lost" : "was set back to an earlier time";
		const failure = {
			code: "cancelled" as const,
			detail: `unbind's Ledger ${what} while this waited. Request it again.`,
		};
		return settle({ ...deletion, approval: withdrawn }, now(), "cancelled", failure, { by: ownParty.name });
	};

	const unreadable = (error: unknown): void => log("warn", "history_unreadable", traceOf(error));

	/** Never rejects: after a failure of KV, the next call tries again. */
	function readHistory(): Promise<void> {
		reading ??= read()
			.catch(unreadable)
			.finally(() => {
				reading = null;
			});
		return reading;
	}

	/**
	 * Whether waiting work may go on. The Ledger is compared with the history first, once in the object's life; if it is
	 * older, all waiting work gets cancelled. Never rejects: after a failure of KV, the next call tries again.
	 */
	function upToDate(): Promise<boolean> {
		comparing ??= compare().then(
			() => true,
			(error) => {
				comparing = null;
				unreadable(error);
				return false;
			},
		);
		return comparing;
	}

	return {
		/**
		 * Reads the history if this Ledger is new; until that works, deletions are frozen. Then compares the Ledger with KV, once
		 * per start, and freezes if it was set back. Waits only for a while; the rest goes on behind. Never rejects.
		 */
		async ready(): Promise<void> {
			if (!hasReadHistory(sql)) await withinMs(historyWaitMs, readHistory());
			const nowMs = now();
			if (waiting === null || nowMs - waiting.sinceMs > compareAgainMs)
				waiting = { sinceMs: nowMs, done: withinMs(compareWaitMs, upToDate()) };
			await waiting.done;
		},
		upToDate,
	};
}

/** A journal's name and its count of changes. */
function partsOf(version: string): [string, number] {
	const [name = "", change = ""] = version.split("-");
	return [name, Number(change) || 0];
}
