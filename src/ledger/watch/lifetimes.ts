// The watch's tables: a row per lifetime of a binding, and one per slot of prefixes. Each row is the object as JSON, with the
// columns that SQL needs.
import { plainId } from "../../deletion/address/cloudflare-id.ts";
import { isOpen, type Lifetime } from "../../watch/lifetime.ts";
import type { Slot } from "../../watch/slots.ts";

type Row = { lifetime: string };

/** Only this Ledger writes it, from a `Lifetime`. */
const read = ({ lifetime }: Row): Lifetime => JSON.parse(lifetime);

export function keepLifetimes(sql: SqlStorage, lifetimes: readonly Lifetime[]): void {
	for (const one of lifetimes)
		sql.exec(
			`INSERT OR REPLACE INTO lifetimes (binding_id, first_seen_at, prefix_id, missed, gone_at, lifetime)
			VALUES (?, ?, ?, ?, ?, ?)`,
			plainId(one.bindingId),
			one.firstSeenMs,
			plainId(one.prefixId),
			isOpen(one) && one.missedMs !== null ? 1 : null,
			one.goneSinceMs,
			JSON.stringify(one),
		);
}

export const lifetimesIn = (sql: SqlStorage, prefixId: string): Lifetime[] =>
	sql.exec<Row>("SELECT lifetime FROM lifetimes WHERE prefix_id = ?", plainId(prefixId)).toArray().map(read);

/** The prefix in which a binding was last seen, whether it is there now or not. */
export function prefixOf(sql: SqlStorage, bindingId: string): string | null {
	const query = "SELECT lifetime FROM lifetimes WHERE binding_id = ? ORDER BY first_seen_at DESC LIMIT 1";
	return sql.exec<Row>(query, plainId(bindingId)).toArray().map(read)[0]?.prefixId ?? null;
}

export const wasSeen = (sql: SqlStorage, bindingId: string): boolean =>
	sql.exec("SELECT 1 FROM lifetimes WHERE binding_id = ? LIMIT 1", plainId(bindingId)).toArray().length > 0;

/** Open lifetimes that the last look missed. */
export const missedLifetimes = (sql: SqlStorage): Lifetime[] =>
	sql.exec<Row>("SELECT lifetime FROM lifetimes WHERE missed = 1").toArray().map(read);

/** What was there at some time after that, or is there now. */
export const lifetimesSince = (sql: SqlStorage, sinceMs: number): Lifetime[] =>
	sql.exec<Row>("SELECT lifetime FROM lifetimes WHERE gone_at IS NULL OR gone_at >= ?", sinceMs).toArray().map(read);

/** Bindings that disappeared after that time, whoever deleted them. */
export const goneSince = (sql: SqlStorage, sinceMs: number): Lifetime[] =>
	sql.exec<Row>("SELECT lifetime FROM lifetimes WHERE gone_at >= ?", sinceMs).toArray().map(read);

export function pruneLifetimes(sql: SqlStorage, beforeMs: number): void {
	sql.exec("DELETE FROM lifetimes WHERE gone_at < ?", beforeMs);
}

export function readSlots(sql: SqlStorage): Slot[] {
	type SlotRow = { slot: number; triedMs: number | null; prefixes: string };
	return sql
		.exec<SlotRow>("SELECT slot, tried_at AS triedMs, prefixes FROM watch_slots ORDER BY slot")
		.toArray()
		.map((row) => ({ ...row, prefixes: JSON.parse(row.prefixes) }));
}

export const keepSlot = (sql: SqlStorage, { slot, triedMs, prefixes }: Slot): void =>
	void sql.exec(
		"INSERT OR REPLACE INTO watch_slots (slot, tried_at, prefixes) VALUES (?, ?, ?)",
		slot,
		triedMs,
		JSON.stringify(prefixes),
	);

export const countOpen = (sql: SqlStorage): number =>
	sql.exec<{ open: number }>("SELECT count(*) AS open FROM lifetimes WHERE gone_at IS NULL").one().open;
