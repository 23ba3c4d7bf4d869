// Publishes settled records, and the aliases callers know them by, to KV, retrying for as long as it takes. A record leaves
// the outbox only when KV has accepted exactly the version that the Ledger has.

import { type Deletion, withEvent } from "../deletion/record/deletion.ts";
import type { Result } from "../deletion/result.ts";
import { log } from "../log.ts";
import { createKvGate } from "./kv-gate.ts";
import {
	answerFirstMs,
	lateLandingMs,
	longestPauseMs,
	promptMs,
	refusedPauseMs,
	sendingMs,
	sentAtMost,
	sentAtOnce,
} from "./limits.ts";
import { idsIn, readRow } from "./tables.ts";

type Written = Result<null, { detail: string; timedOut: boolean; mayLand: boolean }>;

export interface OutboxOptions {
	/** Bound to adapters/history/publish.ts in services.ts. Answers within a time limit. @param change the record's change number in the journal. */
	publish(deletion: Deletion, change: number): Promise<Written>;
	publishAlias(alias: { id: string; deletionId: string }): Promise<Written>;
	now(): number;
	sleep(ms: number): Promise<void>;
	onDue(atMs: number): void;
}

type Sent = "published" | "refused";

export function createOutbox(sql: SqlStorage, options: OutboxOptions) {
	const { now, sleep, onDue } = options;
	const underWay = new Map<string, Promise<Sent>>();
	const gate = createKvGate();
	let soon: string[] = [];
	/** In memory: postponing many records one by one would rewrite them all, over and over. */
	let pausedUntilMs = 0;
	let sendingDue: Promise<void> | null = null;

	async function attempt(id: string): Promise<Sent> {
		type Row = { id: string; record: string; change: number; changed_at: number; publish_failures: number };
		const query = `SELECT id, record, change, changed_at, publish_failures FROM deletions
			WHERE id = ? AND publish_at IS NOT NULL AND unreadable IS NOT change`;
		const [row] = sql.exec<Row>(query, id).toArray();
		const read = row === undefined ? null : readRow(sql, row);
		if (row === undefined || read === null) return "published";

		const isPublished = read.deletion.timeline.at(-1)?.event === "published";
		const record = isPublished ? read.deletion : withEvent(read.deletion, now(), "published");
		const outcome = await options.publish(record, row.change);
		gate.note(outcome);
		if (outcome.ok) {
			const update = "UPDATE deletions SET publish_at = NULL, record = ?, published_at = ? WHERE id = ? AND change = ?";
			const lateMs = now() - row.changed_at > promptMs ? now() : null;
			sql.exec(update, JSON.stringify(record), lateMs, id, row.change);
			return "published";
		}
		const failures = row.publish_failures + 1;
		const atMs = now() + Math.min(1000 * 2 ** row.publish_failures, longestPauseMs);
		sql.exec(
			`UPDATE deletions SET publish_at = ?, publish_failures = ?, republish_at = coalesce(?, republish_at)
			WHERE id = ? AND publish_at IS NOT NULL`,
			atMs,
			failures,
			outcome.failure.mayLand ? now() + lateLandingMs : null,
			id,
		);
		onDue(atMs);
		log("warn", "publishing_failed", { deletion_id: id, failures, detail: outcome.failure.detail });
		return "refused";
	}

	/** Publishes one record, unless it is being published already. Never rejects. */
	function send(id: string): Promise<Sent> {
		const present = underWay.get(id);
		if (present !== undefined) return present;
		// A skipped record stays due by its row.
		const sending = gate
			.inTurn(() => attempt(id))
			.then((sent) => sent ?? "refused")
			.finally(() => underWay.delete(id));
		underWay.set(id, sending);
		return sending;
	}

	/**
	 * The same, a moment later: after the caller has been answered. One timer for everything that settles in the meantime: timers
	 * run late under load, and an object can have only so many.
	 */
	function sendSoon(id: string): void {
		if (gate.hangs()) return;
		soon.push(id);
		if (soon.length > 1) return;
		void sleep(answerFirstMs).then(() => {
			const ids = soon;
			soon = [];
			for (const one of ids) void send(one);
		});
	}

	async function sendAlias(id: string): Promise<Sent> {
		type Row = { deletion_id: string; publish_at: number };
		const query = "SELECT deletion_id, publish_at FROM aliases WHERE id = ? AND publish_at IS NOT NULL";
		const [row] = sql.exec<Row>(query, id).toArray();
		if (row === undefined) return "published";
		const outcome = await options.publishAlias({ id, deletionId: row.deletion_id });
		gate.note(outcome);
		const nextMs = outcome.ok ? null : now() + refusedPauseMs;
		sql.exec("UPDATE aliases SET publish_at = ? WHERE id = ? AND deletion_id = ?", nextMs, id, row.deletion_id);
		return outcome.ok ? "published" : "refused";
	}

	/** Queues records for a second write. They count as new: lists get them from the Ledger until KV has accepted them again. */
	function dueAgain(): void {
		sql.exec(
			`UPDATE deletions SET publish_at = republish_at, republish_at = NULL, publish_failures = 0
			WHERE republish_at <= ? AND publish_at IS NULL AND open = 0`,
			now(),
		);
		sql.exec("UPDATE deletions SET republish_at = NULL WHERE republish_at <= ?", now());
	}

	function dueWork(): (() => Promise<Sent>)[] {
		const ids = (query: string) => idsIn(sql, query, now(), sentAtMost);
		const records = ids(
			"SELECT id FROM deletions WHERE publish_at <= ? AND unreadable IS NOT change ORDER BY publish_at LIMIT ?",
		);
		const aliases = ids("SELECT id FROM aliases WHERE publish_at <= ? ORDER BY publish_at LIMIT ?");
		return [...records.map((id) => () => send(id)), ...aliases.map((id) => () => sendAlias(id))].slice(0, sentAtMost);
	}

	async function sendAllDue(): Promise<void> {
		if (now() < pausedUntilMs) return;
		dueAgain();
		const due = dueWork();
		for (let start = 0; start < due.length; ) {
			const some = due.slice(start, start + (gate.hangs() ? 1 : sentAtOnce));
			start += some.length;
			const outcomes = await Promise.all(some.map((act) => act()));
			if (outcomes.includes("published")) continue;
			// While KV refuses, a few attempts tell as much as a hundred.
			pausedUntilMs = now() + refusedPauseMs;
			return;
		}
	}

	return {
		/** Call at the start: a put of the previous object has no time-out any more, and may land over a newer version. */
		afterStart(): void {
			const update = "UPDATE deletions SET republish_at = ? WHERE publish_at IS NOT NULL";
			sql.exec(update, now() + lateLandingMs);
		},
		send,
		sendSoon,
		/** Publishes what is due, up to a limit; the rest stays due. Never rejects. */
		sendDue(): Promise<void> {
			sendingDue ??= sendAllDue().finally(() => {
				sendingDue = null;
			});
			return sendingDue;
		},
		/** When `sendDue` next has something to do. */
		nextDueMs(): number | null {
			const at = nextPublishMs(sql);
			if (at === null) return null;
			return Math.max(at, pausedUntilMs, sendingDue === null ? 0 : now() + sendingMs);
		},
	};
}

/** When something has to be published next, going by the tables alone. */
export function nextPublishMs(sql: SqlStorage): number | null {
	const query = `SELECT min(at) AS at FROM (
		SELECT min(publish_at) AS at FROM deletions WHERE publish_at IS NOT NULL AND unreadable IS NOT change
		UNION ALL SELECT min(republish_at) FROM deletions WHERE republish_at IS NOT NULL
		UNION ALL SELECT min(publish_at) FROM aliases WHERE publish_at IS NOT NULL)`;
	return sql.exec<{ at: number | null }>(query).one().at;
}
