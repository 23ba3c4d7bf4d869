// The domain's journal in SQLite. Synchronous, so that what belongs together becomes durable together. It decides nothing.
// Here are its writes; `journal-reads.ts` has its reads, and `rows.ts` the row.

import type { Claim, Journal, KeptClaim } from "../deletion/ports.ts";
import { type Deletion, isOpen, leavesKeyFree } from "../deletion/record/deletion.ts";
import { type Answer, createRecordAliases } from "./aliases.ts";
import { claimUnder, createSpellings, freeKeys, makeClaims, takeOverClaims } from "./claims.ts";
import { freezeInForce } from "./freezes.ts";
import { createJournalReads } from "./journal-reads.ts";
import { publishLookAfterMs, sharedForMs } from "./limits.ts";
import { mirrorDueMs } from "./mirrors.ts";
import { countOutcome } from "./outcomes.ts";
import { createRefusals, refusalsOnRecord, summaryRecordOf } from "./refusals.ts";
import { adoptRow, type OpenWork, putRow } from "./rows.ts";
import { getFlag, readRecord, setFlag } from "./tables.ts";

export interface JournalEvents {
	now(): number;
	/** Work is due at that time if it is not done by then. Part of the same commit. */
	onDue(atMs: number): void;
	onSettled(id: string): void;
	/** A record was stored. Part of the same commit; null if nobody wants to know. */
	onChanged?: ((before: Deletion | null, after: Deletion, change: number) => void) | null;
}

export interface CountedJournal extends Journal {
	/** Notes that a caller has this id: from now on it must always lead to a record, its own or another. */
	markIdGiven(id: string): void;
	/** Stores how many refusals share a record, once no more can join. */
	countRefusals(): void;
	/** The change count, with a name for each journal, because a new journal starts counting again. */
	version(): string;
	/** The version at an earlier change. */
	versionOf(change: number): string;
	/** Takes over a settled record from KV, dated at its last change. Later changes count from above `floor`. */
	adopt(deletion: Deletion, changedAtMs: number, floor: number, claims: readonly KeptClaim[]): void;
}

export function createJournal(
	sql: SqlStorage,
	{ now, onDue, onSettled, onChanged = null }: JournalEvents,
): CountedJournal {
	/** Every poll asks for it, so it is cached until the next change. */
	let version: string | null = null;
	const spellingsOf = createSpellings(sql);

	const aliases = createRecordAliases(sql, now, onDue);
	const refusals = createRefusals((actor, sinceMs) => refusalsOnRecord(sql, actor, sinceMs));
	/** Received deletions by actor and payload. A restart clears it: after that, each request has its own record. */
	const receivedSinceStart = new Map<string, string>();
	const keyOf = (actor: string, payload: string) => `${actor} ${payload}`;
	function noLongerReceived(id: string): void {
		for (const [key, one] of receivedSinceStart) if (one === id) receivedSinceStart.delete(key);
	}

	/** The one write of a row. Open work is due for settling; a settled record is due for publishing. */
	function put(deletion: Deletion, work: OpenWork | null, publishAfterMs = publishLookAfterMs): void {
		const nowMs = now();
		// A restoration under way is published too: settled records are read from KV without asking the Ledger.
		const publishAtMs = isOpen(deletion) ? null : nowMs + publishAfterMs;
		const mirrorAtMs = mirrorDueMs(deletion.state, nowMs);
		version = null;
		if (deletion.state !== "received") noLongerReceived(deletion.id);
		const before = onChanged === null ? null : storedRecord(sql, deletion.id);
		countOutcome(sql, deletion);
		putRow(sql, deletion, work, { nowMs, publishAtMs, mirrorAtMs });
		onChanged?.(before, deletion, changeOf(sql, deletion.id));
		onDue(Math.min(work?.dueAtMs ?? nowMs + publishAfterMs, mirrorAtMs ?? Number.POSITIVE_INFINITY));
	}

	const claim = (deletionId: string, claims: readonly Claim[]): void => makeClaims(sql, deletionId, claims, now());

	/** Replaces a received deletion, if there is one, with the record that answers it. */
	function replaceByAnswer(id: string, deletionId: string, answer: Answer): void {
		aliases.remember(id, answer);
		noLongerReceived(id);
		const [row] = sql.exec<{ told: number | null }>("SELECT told FROM deletions WHERE id = ?", id).toArray();
		if (row === undefined) return;
		if (row.told === 1) aliases.store(id, deletionId);
		// The change count must never go down, so the answering record takes the newest number.
		const renumber = `UPDATE deletions SET summary_change = CASE WHEN summary_change = change THEN ${nextChange} END,
			change = ${nextChange} WHERE id = ?`;
		sql.exec(renumber, deletionId);
		sql.exec("DELETE FROM deletions WHERE id = ?", id);
		version = null;
	}

	/** Publishes again: KV may have the record, but not the claims added since. */
	function sendClaims(id: string): void {
		const atMs = now() + publishLookAfterMs;
		sql.exec("UPDATE deletions SET publish_at = coalesce(publish_at, ?) WHERE id = ? AND open = 0", atMs, id);
		sql.exec("UPDATE deletions SET mirror_at = ? WHERE id = ? AND open = 1 AND mirrored = 1", atMs, id);
		onDue(atMs);
	}

	const journal: CountedJournal = {
		...createJournalReads(sql),
		version() {
			version ??= readVersion(sql);
			return version;
		},
		versionOf: (change) => `${getFlag(sql, "journal") ?? begunJournal(sql)}-${change}`,
		claimed: (actor, key) => claimUnder(sql, spellingsOf(actor), key),
		get(id) {
			const answer = aliases.remembered(id);
			if (answer !== null) return typeof answer === "string" ? journal.get(answer) : answer;
			const [row] = sql.exec<{ record: string }>("SELECT record FROM deletions WHERE id = ?", id).toArray();
			if (row !== undefined) return readRecord(row.record);
			const deletionId = aliases.stored(id);
			return deletionId === null ? null : journal.get(deletionId);
		},
		beingLookedUp(actor, payload) {
			const id = receivedSinceStart.get(keyOf(actor, payload));
			const deletion = id === undefined ? null : journal.get(id);
			return deletion?.state === "received" ? deletion : null;
		},
		cameInSinceStart: (id) => [...receivedSinceStart.values()].includes(id),
		freeze: () => freezeInForce(sql, now()),
		storeOpen({ deletion, terms, progress }, dueAtMs, claims = []) {
			put(deletion, { terms, progress, dueAtMs });
			claim(deletion.id, claims);
			const [first] = claims;
			if (deletion.state === "received" && first)
				receivedSinceStart.set(keyOf(first.actor, first.payload), deletion.id);
		},
		storeRestoring: ({ deletion, progress }, dueAtMs) => put(deletion, { terms: null, progress, dueAtMs }),
		storeSettled(deletion, claims = []) {
			put(deletion, null);
			claim(deletion.id, claims);
			if (leavesKeyFree(deletion)) freeKeys(sql, deletion.id);
			// Answers the callers who wait, and sends the record to KV: see `onSettled` in services.ts.
			onSettled(deletion.id);
		},
		storeRefused(refused, claims = []) {
			const nowMs = now();
			const sharedId = refusals.sharedBy(refused, nowMs);
			const record = sharedId === null ? null : journal.get(sharedId);
			if (record !== null) {
				const answer = { ...refused, id: record.id };
				sql.exec("DELETE FROM claims WHERE deletion_id = ?", refused.id);
				replaceByAnswer(refused.id, record.id, answer);
				return answer;
			}
			const isSummary = refusals.isFull(refused.actor.name, nowMs);
			const kept = isSummary ? summaryRecordOf(refused) : refused;
			put(kept, null, isSummary ? 3_600_000 : sharedForMs);
			refusals.note(kept, isSummary, nowMs);
			if (!isSummary) claim(kept.id, claims);
			if (isSummary || leavesKeyFree(kept)) freeKeys(sql, kept.id);
			return refused;
		},
		missesBlockMs: (actor) => refusals.missesBlockMs(actor, now()),
		join(id, claims) {
			claim(id, claims);
			if (claims.some(({ lasting }) => lasting)) sendClaims(id);
		},
		mergeInto(id, deletionId) {
			const moved = "UPDATE claims SET deletion_id = ? WHERE deletion_id = ? RETURNING lasting";
			const isKept = sql
				.exec<{ lasting: number }>(moved, deletionId, id)
				.toArray()
				.some(({ lasting }) => lasting === 1);
			if (isKept) sendClaims(deletionId);
			replaceByAnswer(id, deletionId, deletionId);
		},
		markIdGiven(id) {
			const answer = aliases.remembered(id);
			if (answer !== null) aliases.store(id, typeof answer === "string" ? answer : answer.id);
			else sql.exec("UPDATE deletions SET told = 1 WHERE id = ?", id);
		},
		countRefusals() {
			for (const { id, requests } of refusals.takeCounts(now())) {
				const update = `UPDATE deletions SET record = json_set(record, '$.requests', ?), change = ${nextChange},
					publish_at = coalesce(publish_at, ?) WHERE id = ?`;
				sql.exec(update, requests, now(), id);
				version = null;
			}
		},
		adopt(deletion, changedAtMs, floor, claims) {
			version = null;
			countOutcome(sql, deletion);
			adoptRow(sql, deletion, changedAtMs, floor);
			if (leavesKeyFree(deletion)) freeKeys(sql, deletion.id);
			takeOverClaims(sql, deletion.id, claims);
		},
	};
	return journal;
}

/** null if there is none, or it can't be parsed. */
function storedRecord(sql: SqlStorage, id: string): Deletion | null {
	const query = "SELECT record FROM deletions WHERE id = ? AND json_valid(record)";
	const [row] = sql.exec<{ record: string }>(query, id).toArray();
	return row === undefined ? null : readRecord(row.record);
}

const changeOf = (sql: SqlStorage, id: string): number =>
	sql.exec<{ change: number }>("SELECT change FROM deletions WHERE id = ?", id).one().change;

const nextChange = "(SELECT max(change) + 1 FROM deletions)";

function readVersion(sql: SqlStorage): string {
	const query = `SELECT (SELECT value FROM flags WHERE name = 'journal') AS journal,
		(SELECT coalesce(max(change), 0) FROM deletions) AS change`;
	const { journal, change } = sql.exec<{ journal: string | null; change: number }>(query).one();
	return `${journal ?? begunJournal(sql)}-${change}`;
}

function begunJournal(sql: SqlStorage): string {
	const journal = crypto.randomUUID().slice(0, 8);
	setFlag(sql, "journal", journal);
	return journal;
}
