// Takes settled records to KV, for as long as it takes. A record leaves the outbox only when KV has accepted just the
// version that the Ledger holds.
import { type Deletion, withEvent } from "../deletion/deletion.ts";
import type { Result } from "../deletion/result.ts";
import { readRecord } from "./tables.ts";

export interface OutboxOptions {
	publish(deletion: Deletion): Promise<Result<null, { detail: string }>>;
	now(): number;
	sleep(ms: number): Promise<void>;
	onDue(atMs: number): void;
	onFailure(id: string, failures: number, detail: string): void;
}

type Outcome = "published" | "refused";

export interface Outbox {
	/** Publishes one record, unless it is being published already. Never rejects. */
	send(id: string): Promise<Outcome>;
	/** The same in a moment, when whoever asked for the deletion has been answered. */
	sendSoon(id: string): void;
	/** Publishes what is due; some, when there is much: then the rest is still due. */
	sendDue(): Promise<void>;
}

/** Three KV operations each, of a thousand that one invocation may do. */
const sentAtMost = 100;
const sentAtOnce = 6;
const answerFirstMs = 20;
const refusedPauseMs = 10_000;
/** So that a record is in KV within a minute of KV taking writes again. */
const longestPauseMs = 45_000;

export function createOutbox(sql: SqlStorage, options: OutboxOptions): Outbox {
	const { now, sleep, onDue } = options;
	const underWay = new Map<string, Promise<Outcome>>();
	const queue: (() => void)[] = [];
	let free = sentAtOnce;
	let soon: string[] = [];

	async function attempt(id: string): Promise<Outcome> {
		type Row = { record: string; change: number; publish_failures: number };
		const query = "SELECT record, change, publish_failures FROM deletions WHERE id = ? AND publish_at IS NOT NULL";
		const [row] = sql.exec<Row>(query, id).toArray();
		if (row === undefined) return "published";

		const told = withEvent(readRecord(row.record), now(), "published");
		const outcome = await options.publish(told);
		if (outcome.ok) {
			const update = "UPDATE deletions SET publish_at = NULL, record = ? WHERE id = ? AND change = ?";
			sql.exec(update, JSON.stringify(told), id, row.change);
			return "published";
		}
		const failures = row.publish_failures + 1;
		const atMs = now() + Math.min(1000 * 2 ** row.publish_failures, longestPauseMs);
		sql.exec(
			"UPDATE deletions SET publish_at = ?, publish_failures = ? WHERE id = ? AND publish_at IS NOT NULL",
			atMs,
			failures,
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
		if (free === 0) await new Promise<void>((resolve) => queue.push(resolve));
		else free--;
		try {
			return await act();
		} finally {
			const next = queue.shift();
			if (next === undefined) free++;
			else next();
		}
	}

	/** One timer for all that settle meanwhile: under load timers run late, and an object may have so many at a time. */
	function sendSoon(id: string): void {
		soon.push(id);
		if (soon.length > 1) return;
		void sleep(answerFirstMs).then(() => {
			const ids = soon;
			soon = [];
			for (const one of ids) void send(one);
		});
	}

	return {
		send,
		sendSoon,
		async sendDue() {
			const query = "SELECT id FROM deletions WHERE publish_at <= ? ORDER BY publish_at LIMIT ?";
			const due = sql.exec<{ id: string }>(query, now(), sentAtMost).toArray();
			for (let start = 0; start < due.length; start += sentAtOnce) {
				const outcomes = await Promise.all(due.slice(start, start + sentAtOnce).map(({ id }) => send(id)));
				if (!outcomes.includes("refused")) continue;
				// While KV refuses, a few tries tell as much as a hundred.
				sql.exec("UPDATE deletions SET publish_at = ? WHERE publish_at <= ?", now() + refusedPauseMs, now());
				return;
			}
		},
	};
}
