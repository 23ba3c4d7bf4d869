// The freeze, the log of who froze or lifted it, when and why, and how many deletions wait for its end.

import {
	type Freeze,
	type FreezeEvent,
	type FreezeRefusal,
	refusedFreeze,
	type Waiting,
} from "../deletion/judgement/freeze.ts";
import type { Actor, Party } from "../deletion/record/actor.ts";
import { at } from "../deletion/record/deletion.ts";
import { fail, ok, type Result } from "../deletion/result.ts";
import { log } from "../log.ts";
import type { Announce } from "../notify/event.ts";
import { frozen, lifted } from "../notify/other-events.ts";
import { freezesKept, freezesShown } from "./limits.ts";
import { getFlag, idsIn, setFlag } from "./tables.ts";

/** unbind itself. */
export const ownParty: Party = { name: "unbind", door: "api" };

/** A Ledger that has not read the history in KV yet counts as frozen: it does not know what it may do. */
export function freezeInForce(sql: SqlStorage, nowMs: number): Freeze | null {
	const freeze = freezeSet(sql);
	if (freeze !== null && (freeze.until === null || Date.parse(freeze.until) > nowMs)) return freeze;
	if (hasReadHistory(sql)) return null;
	const reason = "unbind's Ledger is new, and could not read the history in KV yet. It keeps trying.";
	return { reason, by: ownParty, since: at(nowMs), until: null };
}

export const freezeMirrorFlag = "freeze_mirror_at";
export const mirrorFreezeSoon = (sql: SqlStorage, nowMs: number): void => setFlag(sql, freezeMirrorFlag, String(nowMs));

/** The last freeze that was set and not lifted; its time may be over. */
export function freezeSet(sql: SqlStorage): Freeze | null {
	const text = getFlag(sql, "freeze");
	return text === null ? null : JSON.parse(text);
}

/** "importing": a history was found but not read completely. */
const historyFlag = "history";
export const hasReadHistory = (sql: SqlStorage): boolean => getFlag(sql, historyFlag) === "read";
export const noteHistory = (sql: SqlStorage, state: "importing" | "read"): void => setFlag(sql, historyFlag, state);
export const isImporting = (sql: SqlStorage): boolean => getFlag(sql, historyFlag) === "importing";

/** When someone last froze or lifted; null if nobody has. */
export const lastFreezeEventAt = (sql: SqlStorage): string | null =>
	sql.exec<{ at: string | null }>("SELECT max(at) AS at FROM freezes").one().at;

/**
 * Reports the events, in the same commit.
 * @param freeze null lifts the one in force, if there is one.
 */
export function setFreeze(sql: SqlStorage, freeze: Freeze | null, by: Party, nowMs: number, announce: Announce): void {
	const present = freezeInForce(sql, nowMs);
	const isLifted = freeze === null;
	if (isLifted && present === null) return;
	setFlag(sql, "freeze", isLifted ? null : JSON.stringify(freeze));
	mirrorFreezeSoon(sql, nowMs);
	sql.exec(
		"INSERT INTO freezes (at, event, by_name, by_door, reason, until) VALUES (?, ?, ?, ?, ?, ?)",
		new Date(nowMs).toISOString(),
		isLifted ? "lifted" : "frozen",
		by.name,
		by.door,
		freeze?.reason ?? null,
		freeze?.until ?? null,
	);
	const { seq } = sql.exec<{ seq: number }>("SELECT max(seq) AS seq FROM freezes").one();
	if (freeze !== null) announce([frozen(freeze, seq, nowMs)]);
	else if (present !== null) announce([lifted(present, by, seq, nowMs)]);
	sql.exec(`DELETE FROM freezes WHERE seq <= (SELECT max(seq) FROM freezes) - ${freezesKept}`);
}

/** Freezes or lifts, unless that is refused; returns the freeze that is in force then. */
export function turnFreeze(
	sql: SqlStorage,
	freeze: Freeze | null,
	by: Party | Actor,
	nowMs: number,
	announce: Announce,
): Result<Freeze | null, FreezeRefusal> {
	const present = freezeInForce(sql, nowMs);
	const refusal = refusedFreeze(freeze, by, present, { nowMs, hasReadHistory: hasReadHistory(sql) });
	if (refusal !== null) return fail(refusal);
	setFreeze(sql, freeze, by, nowMs, announce);
	log("warn", freeze === null ? "freeze_lifted" : "frozen", { by: by.name, door: by.door });
	return ok(freezeInForce(sql, nowMs));
}

/** Latest first. */
export function freezeLog(sql: SqlStorage): FreezeEvent[] {
	type Row = {
		at: string;
		event: FreezeEvent["event"];
		by_name: string;
		by_door: Party["door"];
		reason: string | null;
		until: string | null;
	};
	const rows = sql
		.exec<Row>(`SELECT at, event, by_name, by_door, reason, until FROM freezes ORDER BY seq DESC LIMIT ${freezesShown}`)
		.toArray();
	return rows.map(({ by_name, by_door, ...event }) => ({ ...event, by: { name: by_name, door: by_door } }));
}

/** How many deletions wait for approval, for their time, or only for the freeze to end. An unreadable one: for its time. */
export function waiting(sql: SqlStorage, nowMs: number): Waiting {
	const start = `CASE WHEN json_valid(record) THEN coalesce(json_extract(record, '$.not_before'),
		json_extract(record, '$.approval.decided_at'), json_extract(record, '$.created_at')) END`;
	const query = `SELECT coalesce(sum(state = 'pending_approval'), 0) AS approval,
			coalesce(sum(state = 'scheduled'), 0) AS scheduled,
			coalesce(sum(state = 'scheduled' AND ${start} <= ?), 0) AS held
		FROM deletions WHERE open = 1 AND state IN ('pending_approval', 'scheduled')`;
	type Counts = { approval: number; scheduled: number; held: number };
	const { approval, scheduled, held } = sql.exec<Counts>(query, new Date(nowMs).toISOString()).one();
	return { approval, time: scheduled - held, held };
}

/** Scheduled deletions, which the lifted freeze may have delayed. */
export const scheduledIds = (sql: SqlStorage): string[] =>
	idsIn(sql, "SELECT id FROM deletions WHERE open = 1 AND state = 'scheduled'");
