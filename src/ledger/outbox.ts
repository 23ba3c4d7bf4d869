// Takes settled records, and the other ids that callers know them by, to KV, for as long as it takes. A record leaves the
// outbox only when KV has accepted just the version that the Ledger holds.
import { type Deletion, withEvent } from "../deletion/record/deletion.ts";
import type { Result } from "../deletion/result.ts";
import { promptMs } from "./changes.ts";
import { readRow } from "./unreadable.ts";

type Written = Result<null, { detail: string; timedOut: boolean; mayLand: boolean }>;

export interface OutboxOptions {
	/** Answers within a time limit. @param change the record's, in the journal. */
	publish(deletion: Deletion, change: number): Promise<Written>;
	publishAlias(alias: { id: string; deletionId: string }): Promise<Written>;
	now(): number;
	sleep(ms: number): Promise<void>;
	onDue(atMs: number): void;
	onFailure(id: string, failures: number, detail: string): void;
}

type Outcome = "published" | "refused";

export interface Outbox {
	/** A put that was under way when the last object died has no time-out any more, and may land over a newer version too. */
	afterStart(): void;
	/** Publishes one record, unless it is being published already. Never rejects. */
	send(id: string): Promise<Outcome>;
	/** The same in a moment, when whoever asked for the deletion has been answered. */
	sendSoon(id: string): void;
	/** Publishes what is due; some, when there is much: then the rest is still due. Never rejects. */
	sendDue(): Promise<void>;
	/** When `sendDue` has something to do next. */
	nextDueMs(): number | null;
}

/** Three KV operations each, of a thousand that one invocation may do. */
const sentAtMost = 250;
const sentAtOnce = 6;
const answerFirstMs = 20;
const refusedPauseMs = 10_000;
/** So that a record is in KV within a minute of KV taking writes again. */
const longestPauseMs = 45_000;
/** How long a put without a clear answer may take to land: long after any time limit of KV's own. */
const lateLandingMs = 600_000;
/** An object that dies with records under way looks after them then. */
const underWayMs = 20_000;

export function createOutbox(sql: SqlStorage, options: OutboxOptions): Outbox {
	const { now, sleep, onDue } = options;
	const underWay = new Map<string, Promise<Outcome>>();
	const queue: (() => void)[] = [];
	let free = sentAtOnce;
	let soon: string[] = [];
	/** While KV hangs, calls that never end must not pile up: one record at a time tells whether it still does. */
	let hangs = false;
	/** In memory: to postpone each of many records would write them all, time and again. */
	let pausedUntilMs = 0;
	let sendingDue: Promise<void> | null = null;

	async function attempt(id: string): Promise<Outcome> {
		type Row = { id: string; record: string; change: number; changed_at: number; publish_failures: number };
		const query = `SELECT id, record, change, changed_at, publish_failures FROM deletions
			WHERE id = ? AND publish_at IS NOT NULL AND unreadable IS NOT change`;
		const [row] = sql.exec<Row>(query, id).toArray();
		const read = row === undefined ? null : readRow(sql, row);
		if (row === undefined || read === null) return "published";

		const isSecondTime = read.deletion.timeline.at(-1)?.event === "published";
		const told = isSecondTime ? read.deletion : withEvent(read.deletion, now(), "published");
		const outcome = await options.publish(told, row.change);
		hangs = outcome.ok ? false : outcome.failure.timedOut || hangs;
		if (outcome.ok) {
			const update = "UPDATE deletions SET publish_at = NULL, record = ?, published_at = ? WHERE id = ? AND change = ?";
			const lateMs = now() - row.changed_at > promptMs ? now() : null;
			sql.exec(update, JSON.stringify(told), lateMs, id, row.change);
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
		options.onFailure(id, failures, outcome.failure.detail);
		return "refused";
	}

	function send(id: string): Promise<Outcome> {
		const present = underWay.get(id);
		if (present !== undefined) return present;
		const sending = inTurn(() => attempt(id)).finally(() => underWay.delete(id));
		underWay.set(id, sending);
		return sending;
	}

	/** Where KV is slower than deletions come, they wait here as ids, and not as calls that are all under way. */
	async function inTurn(act: () => Promise<Outcome>): Promise<Outcome> {
		// Whatever is left alone here is due by its row.
		const isProbe = free === sentAtOnce;
		if (hangs && !isProbe) return "refused";
		if (free === 0) await new Promise<void>((resolve) => queue.push(resolve));
		else free--;
		try {
			return hangs && !isProbe ? "refused" : await act();
		} finally {
			const next = queue.shift();
			if (next === undefined) free++;
			else next();
		}
	}

	/** One timer for all that settle meanwhile: under load timers run late, and an object may have so many at a time. */
	function sendSoon(id: string): void {
		if (hangs) return;
		soon.push(id);
		if (soon.length > 1) return;
		void sleep(answerFirstMs).then(() => {
			const ids = soon;
			soon = [];
			for (const one of ids) void send(one);
		});
	}

	async function sendAlias(id: string): Promise<Outcome> {
		type Row = { deletion_id: string; publish_at: number };
		const query = "SELECT deletion_id, publish_at FROM aliases WHERE id = ? AND publish_at IS NOT NULL";
		const [row] = sql.exec<Row>(query, id).toArray();
		if (row === undefined) return "published";
		const outcome = await options.publishAlias({ id, deletionId: row.deletion_id });
		hangs = outcome.ok ? false : outcome.failure.timedOut || hangs;
		const nextMs = outcome.ok ? null : now() + refusedPauseMs;
		sql.exec("UPDATE aliases SET publish_at = ? WHERE id = ? AND deletion_id = ?", nextMs, id, row.deletion_id);
		return outcome.ok ? "published" : "refused";
	}

	/** What has been written once to be sure is as good as new: it stays in the lists until KV has taken it again. */
	function dueAgain(): void {
		sql.exec(
			`UPDATE deletions SET publish_at = republish_at, republish_at = NULL, publish_failures = 0
			WHERE republish_at <= ? AND publish_at IS NULL AND open = 0`,
			now(),
		);
		sql.exec("UPDATE deletions SET republish_at = NULL WHERE republish_at <= ?", now());
	}

	function dueWork(): (() => Promise<Outcome>)[] {
		const ids = (query: string) =>
			sql
				.exec<{ id: string }>(query, now(), sentAtMost)
				.toArray()
				.map(({ id }) => id);
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
			const some = due.slice(start, start + (hangs ? 1 : sentAtOnce));
			start += some.length;
			const outcomes = await Promise.all(some.map((act) => act()));
			if (outcomes.includes("published")) continue;
			// While KV refuses, a few tries tell as much as a hundred.
			pausedUntilMs = now() + refusedPauseMs;
			return;
		}
	}

	return {
		afterStart() {
			const update = "UPDATE deletions SET republish_at = ? WHERE publish_at IS NOT NULL";
			sql.exec(update, now() + lateLandingMs);
		},
		send,
		sendSoon,
		sendDue() {
			sendingDue ??= sendAllDue().finally(() => {
				sendingDue = null;
			});
			return sendingDue;
		},
		nextDueMs() {
			const at = nextPublishMs(sql);
			if (at === null) return null;
			return Math.max(at, pausedUntilMs, sendingDue === null ? 0 : now() + underWayMs);
		},
	};
}

/** When something is to be published next, by the tables alone. */
export function nextPublishMs(sql: SqlStorage): number | null {
	const query = `SELECT min(at) AS at FROM (
		SELECT min(publish_at) AS at FROM deletions WHERE publish_at IS NOT NULL AND unreadable IS NOT change
		UNION ALL SELECT min(republish_at) FROM deletions WHERE republish_at IS NOT NULL
		UNION ALL SELECT min(publish_at) FROM aliases WHERE publish_at IS NOT NULL)`;
	return sql.exec<{ at: number | null }>(query).one().at;
}
