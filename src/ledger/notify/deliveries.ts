// The table of deliveries: one row for each event and destination. It decides nothing.
import { at } from "../../deletion/record/deletion.ts";
import { idBounds } from "../../deletion/record/record-id.ts";
import type { Delivery, DeliveryState, Notifications, NotificationsQuery } from "../../notify/delivery.ts";
import type { EventType, NotifyEvent } from "../../notify/event.ts";
import { rowsAtMost } from "../limits.ts";
import { idsIn } from "../tables.ts";
import { eventIn, standInFor, unreadable } from "./stored-event.ts";

export interface NewDelivery {
	id: string;
	event: NotifyEvent;
	destination: string;
	/** Which address it is for: a new destination of the same name must not get it. */
	address: string;
	state: DeliveryState;
	nextMs: number | null;
	failure?: string;
	nowMs: number;
}

/** What is needed to send one. */
export interface DueDelivery {
	id: string;
	destination: string;
	address: string;
	attempts: number;
	event: NotifyEvent;
}

type Row = {
	id: string;
	event_id: string;
	type: EventType;
	deletion_id: string | null;
	destination: string;
	address: string;
	state: DeliveryState;
	made_at: number;
	next_at: number | null;
	attempts: number;
	last_at: number | null;
	failure: string | null;
	folded_into: string | null;
	event: string;
};

interface Counts {
	waiting: ReadonlyMap<string, number>;
	undelivered: ReadonlyMap<string, number>;
}

type Found = { rows: Row[]; readTo: string | null };

/** Ids are digits and lower-case letters. */
const afterAllIds = "~";

export type Deliveries = ReturnType<typeof createDeliveries>;

export function createDeliveries(sql: SqlStorage) {
	/** An event that can't be parsed is given up: nothing else may wait for it. */
	function due({ id, destination, address, attempts, event: text }: Row): DueDelivery | null {
		const event = eventIn(text);
		if (event !== null) return { id, destination, address, attempts, event };
		const update = "UPDATE deliveries SET state = 'undelivered', next_at = NULL, failure = ? WHERE id = ?";
		write(update, unreadable, id);
		return null;
	}
	const allDue = (rows: readonly Row[]): DueDelivery[] => rows.map(due).filter((one) => one !== null);
	let counted: Counts | null = null;
	const write: SqlStorage["exec"] = (query, ...values) => {
		counted = null;
		return sql.exec(query, ...values);
	};
	const countBy = (condition: string): Map<string, number> => {
		const query = `SELECT destination, count(*) AS count FROM deliveries WHERE ${condition} GROUP BY destination`;
		const rows = sql.exec<{ destination: string; count: number }>(query).toArray();
		return new Map(rows.map(({ destination, count }) => [destination, count]));
	};

	const counts = (): Counts => {
		counted ??= { waiting: countBy("next_at IS NOT NULL"), undelivered: countBy("state = 'undelivered'") };
		return counted;
	};

	/** Among the next rows only. `readTo` is the last of them; null if no more follow. */
	function matching({ destination, state, afterId, atMost }: NotificationsQuery): Found {
		const after = afterId ?? "";
		const last = "SELECT id FROM deliveries WHERE id > ? ORDER BY id LIMIT 2 OFFSET ?";
		const isFiltered = destination !== null || state !== null;
		const [end, following] = isFiltered ? idsIn(sql, last, after, rowsAtMost - 1) : [];
		const readTo = following === undefined ? null : (end ?? null);
		const query = `SELECT * FROM deliveries WHERE id > ?1 AND id <= ?2 AND (?3 IS NULL OR destination = ?3)
			AND (?4 IS NULL OR state = ?4) ORDER BY id LIMIT ?5`;
		const values = [after, readTo ?? afterAllIds, destination, state, atMost + 1];
		return { rows: sql.exec<Row>(query, ...values).toArray(), readTo };
	}

	/** A few undelivered ones among thousands of others have an index. null if they are many, or the query is for others. */
	function undelivered({ destination, state, afterId, atMost }: NotificationsQuery): Found | null {
		const count = counts().undelivered;
		const names = destination === null ? [...count.keys()] : [destination];
		const total = names.reduce((sum, name) => sum + (count.get(name) ?? 0), 0);
		if (state !== "undelivered" || total > rowsAtMost) return null;
		const query = `SELECT * FROM deliveries INDEXED BY deliveries_undelivered
			WHERE destination = ? AND state = 'undelivered' AND id > ? ORDER BY id LIMIT ?`;
		const rows = names.flatMap((name) => sql.exec<Row>(query, name, afterId ?? "", atMost + 1).toArray());
		return { rows: rows.toSorted((a, b) => (a.id < b.id ? -1 : 1)), readTo: null };
	}

	return {
		add({ id, event, destination, address, state, nextMs, failure, nowMs }: NewDelivery): void {
			write(
				`INSERT INTO deliveries (id, event_id, type, deletion_id, destination, address, state, made_at, next_at, failure, event)
				VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
				...[id, event.id, event.type, event.deletion_id, destination, address, state, nowMs, nextMs],
				...[failure ?? null, JSON.stringify(event)],
			);
		},
		get(id: string): DueDelivery | null {
			const [row] = sql.exec<Row>("SELECT * FROM deliveries WHERE id = ?", id).toArray();
			return row === undefined ? null : due(row);
		},
		shown(id: string): Delivery | null {
			const [row] = sql.exec<Row>("SELECT * FROM deliveries WHERE id = ?", id).toArray();
			return row === undefined ? null : shown(row);
		},
		/** The one that is due first; of several, the one that was made first. */
		next(destination: string, nowMs: number): DueDelivery | null {
			// The time first, so that the index gives the order: with many of one moment, a sort would read them all.
			const query = `SELECT * FROM deliveries WHERE destination = ?1 AND next_at =
				(SELECT min(next_at) FROM deliveries WHERE destination = ?1 AND next_at <= ?2) ORDER BY id DESC LIMIT 1`;
			for (;;) {
				const [row] = sql.exec<Row>(query, destination, nowMs).toArray();
				const one = row === undefined ? null : due(row);
				if (row === undefined || one !== null) return one;
			}
		},
		/** Those of one type that are due, oldest first. */
		dueOf(destination: string, type: string, nowMs: number, atMost: number): DueDelivery[] {
			const query = `SELECT * FROM deliveries WHERE destination = ? AND next_at <= ? AND type = ?
				ORDER BY next_at, id DESC LIMIT ?`;
			return allDue(sql.exec<Row>(query, destination, nowMs, type, atMost).toArray());
		},
		/** When something is due for it; null if nothing waits. */
		nextMs(destination: string): number | null {
			const query = "SELECT min(next_at) AS at FROM deliveries WHERE destination = ? AND next_at IS NOT NULL";
			return sql.exec<{ at: number | null }>(query, destination).one().at;
		},
		/** Those the watch has not judged yet. */
		held(): DueDelivery[] {
			const query = "SELECT * FROM deliveries WHERE next_at IS NOT NULL AND state = 'held'";
			return allDue(sql.exec<Row>(query).toArray());
		},
		/** The delivery of an event to a destination, whatever became of it. It reads the newest ones. */
		of(destination: string, eventId: string): string | null {
			const query = "SELECT id FROM deliveries WHERE event_id = ? AND destination = ? ORDER BY id LIMIT 1";
			return idsIn(sql, query, eventId, destination)[0] ?? null;
		},
		/** A test that has not arrived yet; null if there is none. */
		waitingTest(destination: string): string | null {
			const query = "SELECT id FROM deliveries WHERE destination = ? AND next_at IS NOT NULL AND type = 'test' LIMIT 1";
			return idsIn(sql, query, destination)[0] ?? null;
		},
		release(id: string, nextMs: number): void {
			write("UPDATE deliveries SET state = 'waiting', next_at = ? WHERE id = ?", nextMs, id);
		},
		/** From the beginning, whatever became of it before. */
		again(id: string, nowMs: number): void {
			const update = `UPDATE deliveries SET state = 'waiting', next_at = ?, attempts = 0, folded_into = NULL WHERE id = ?`;
			write(update, nowMs, id);
		},
		/** Those of one type wait until then. */
		postpone(destination: string, type: string, nextMs: number): void {
			const update =
				"UPDATE deliveries SET next_at = ? WHERE destination = ? AND next_at < ? AND type = ? AND attempts = 0";
			write(update, nextMs, destination, nextMs, type);
		},
		fold(id: string, into: string): void {
			write("UPDATE deliveries SET state = 'folded', next_at = NULL, folded_into = ? WHERE id = ?", into, id);
		},
		/** An attempt has ended. It may have been folded or given up meanwhile: then only the attempt is noted. */
		tried(id: string, state: DeliveryState, nextMs: number | null, failure: string | null, nowMs: number): void {
			write(
				`UPDATE deliveries SET attempts = attempts + 1, last_at = ?1, failure = ?2,
					state = CASE WHEN next_at IS NULL AND ?3 <> 'delivered' THEN state ELSE ?3 END,
					next_at = CASE WHEN next_at IS NULL THEN NULL ELSE ?4 END WHERE id = ?5`,
				...[nowMs, failure, state, nextMs, id],
			);
		},
		/** What the destination calls what it was sent. */
		setExternalId(id: string, externalId: string): void {
			write("UPDATE deliveries SET external_id = ? WHERE id = ?", externalId, id);
		},
		/** What the destination called the last message about a record. */
		externalId(destination: string, deletionId: string): string | null {
			const query = `SELECT external_id AS name FROM deliveries
				WHERE deletion_id = ? AND destination = ? AND external_id IS NOT NULL ORDER BY id LIMIT 1`;
			return sql.exec<{ name: string }>(query, deletionId, destination).toArray()[0]?.name ?? null;
		},
		/** Gives up what waits for a destination, or for addresses it no longer has. */
		giveUp(destination: string, failure: string, addresses: readonly string[] = []): void {
			const others = addresses.length === 0 ? "" : `AND address NOT IN (${addresses.map(() => "?").join(", ")})`;
			const update = `UPDATE deliveries SET state = 'undelivered', next_at = NULL, failure = ?
				WHERE destination = ? AND next_at IS NOT NULL ${others}`;
			write(update, failure, destination, ...addresses);
		},
		/** By destination. Anyone may ask, and there may be thousands, so they are counted once between two writes. */
		counts,
		/** Every destination with anything waiting or undelivered. */
		destinations(): string[] {
			const { waiting, undelivered } = counts();
			return [...new Set([...waiting.keys(), ...undelivered.keys()])];
		},
		/** Newest first. It reads a bounded number of rows: with a filter that few match, a page may be short, and go on. */
		page(query: NotificationsQuery): Pick<Notifications, "deliveries" | "next"> {
			const { rows, readTo } = undelivered(query) ?? matching(query);
			const page = rows.slice(0, query.atMost);
			return { deliveries: page.map(shown), next: rows.length > page.length ? (page.at(-1)?.id ?? null) : readTo };
		},
		/** Drops what is over: ids are in order of time, the newest first. */
		prune(deliveredBeforeMs: number, undeliveredBeforeMs: number): void {
			const before = (ms: number) => idBounds(0, ms).first;
			const over = "id >= ? AND next_at IS NULL";
			write(`DELETE FROM deliveries WHERE ${over}`, before(undeliveredBeforeMs));
			write(`DELETE FROM deliveries WHERE ${over} AND state <> 'undelivered'`, before(deliveredBeforeMs));
		},
		/** Makes room: the oldest go that wait for a destination, mass deletions last. Returns how many. */
		keepWaiting(destination: string, atMost: number): number {
			const oldest = `SELECT id FROM deliveries WHERE destination = ? AND next_at IS NOT NULL
				ORDER BY type <> 'watch.mass_deletion', id LIMIT -1 OFFSET ${atMost}`;
			const ids = idsIn(sql, oldest, destination);
			for (const id of ids) write("DELETE FROM deliveries WHERE id = ?", id);
			return ids.length;
		},
		/** Makes room: of what no longer waits, the oldest go. Returns those that were never delivered, by destination. */
		keepOver(atMost: number): Map<string, number> {
			const oldest = "SELECT id FROM deliveries WHERE next_at IS NULL ORDER BY id LIMIT 1 OFFSET ?";
			const [last] = idsIn(sql, oldest, atMost);
			if (last === undefined) return new Map();
			const query = `SELECT destination, count(*) AS count FROM deliveries
				WHERE id >= ? AND state = 'undelivered' GROUP BY destination`;
			const rows = sql.exec<{ destination: string; count: number }>(query, last).toArray();
			write("DELETE FROM deliveries WHERE id >= ? AND next_at IS NULL", last);
			return new Map(rows.map(({ destination, count }) => [destination, count]));
		},
	};
}

export const time = (ms: number | null): string | null => (ms === null ? null : at(ms));

const shown = (row: Row): Delivery => ({
	id: row.id,
	destination: row.destination,
	state: row.state,
	event: eventIn(row.event) ?? standInFor(row),
	created_at: at(row.made_at),
	attempts: row.attempts,
	last_attempt_at: time(row.last_at),
	next_attempt_at: time(row.next_at),
	failure: row.failure,
	folded_into: row.folded_into,
});

/** When anything is due next, going by the table alone. */
export const nextDeliveryMs = (sql: SqlStorage): number | null =>
	sql.exec<{ at: number | null }>("SELECT min(next_at) AS at FROM deliveries WHERE next_at IS NOT NULL").one().at;
