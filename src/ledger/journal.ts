// The domain's journal in SQLite. Synchronous, so that what belongs together becomes durable together. It decides nothing.
import { plainId } from "../deletion/address/cloudflare-id.ts";
import type { Claim, Journal, KeptClaim, OpenDeletion, Terms } from "../deletion/ports.ts";
import { at, type Deletion, isOpen, leavesKeyFree, summaryOf } from "../deletion/record/deletion.ts";
import { form } from "../deletion/record/form.ts";
import { type Progress, readProgress, storedProgress } from "../deletion/record/progress.ts";
import { claimUnder, freeKeys, makeClaims, takeOverClaims } from "./claims.ts";
import { freezeInForce } from "./freezes.ts";
import { mirrorDueMs } from "./mirrors.ts";
import { countOutcome } from "./outcomes.ts";
import { createRefusals, recordedAnHour, sharedForMs } from "./refusals.ts";
import { refusalsOnRecord, summaryTarget } from "./refusals-on-record.ts";
import { createSpellings } from "./spellings.ts";
import { getFlag, readRecord, setFlag } from "./tables.ts";

export interface JournalEvents {
	now(): number;
	/** Work is due at that time if it is not done by then. Part of the same commit. */
	onDue(atMs: number): void;
	onSettled(id: string): void;
}

/** The request that settles a deletion publishes it too; if that fails, the alarm takes over after this. */
const publishLookAfterMs = 20_000;

type WorkRow = { record: string; terms: string; progress: string };

export interface CountedJournal extends Journal {
	/** Notes that a caller has this id: from now on it must always lead to a record, its own or another. */
	tell(id: string): void;
	/** Stores how many refusals share a record, once no more can join. */
	countRefusals(): void;
	/** The change count, with a name for each journal, because a new journal starts counting again. */
	version(): string;
	/** The version at an earlier change. */
	versionOf(change: number): string;
	/** Takes over a settled record from KV, dated at its last change. Later changes count from above `floor`. */
	adopt(deletion: Deletion, changedAtMs: number, floor: number, claims: readonly KeptClaim[]): void;
}

export function createJournal(sql: SqlStorage, { now, onDue, onSettled }: JournalEvents): CountedJournal {
	/** Every poll asks for it, so it is cached until the next change. */
	let version: string | null = null;
	const spellingsOf = createSpellings(sql);

	interface Work {
		terms: Terms | null;
		progress: Progress;
		dueAtMs: number;
	}

	/** Open work is due for settling; a settled record is due for publishing. */
	function put(deletion: Deletion, work: Work | null, publishAfterMs = publishLookAfterMs): void {
		const summary = summaryOf(deletion);
		const { state, binding_id, prefix_id, cidr } = summary;
		const nowMs = now();
		const begunAtMs = state === "deleting" || state === "unknown" ? nowMs : null;
		// The budget counts from the DELETE itself, which may leave up to a minute after the judgement.
		const isFirstSent = begunAtMs !== null && work?.progress.phase === "sent" && work.progress.callsSent === 1;
		// Version 0.1.0 does not know received deletions, and must not be woken for one.
		const isNew = state === "received";
		// A restoration under way is published too: settled records are read from KV without asking the Ledger.
		const publishAtMs = isOpen(deletion) ? null : nowMs + publishAfterMs;
		const restored = deletion.restoration?.binding_id ?? null;
		const mirrorAtMs = mirrorDueMs(state, nowMs);
		version = null;
		noteReceived(deletion);
		countOutcome(sql, deletion);
		sql.exec(
			`INSERT INTO deletions (id, open, state, binding_id, prefix_id, cidr, change, changed_at, begun_at, settle_at,
				due_at, publish_at, restored_id, record, terms, progress, summary, summary_change, mirror_at)
			VALUES (?1, ?2, ?3, ?4, ?5, ?6, (SELECT coalesce(max(change), 0) + 1 FROM deletions), ?7, ?8, ?9, ?10, ?11, ?12,
				?13, ?14, ?15, ?16, (SELECT coalesce(max(change), 0) + 1 FROM deletions), ?17)
			ON CONFLICT (id) DO UPDATE SET open = excluded.open, state = excluded.state, binding_id = excluded.binding_id,
				prefix_id = excluded.prefix_id, cidr = excluded.cidr, change = excluded.change,
				changed_at = excluded.changed_at, begun_at = CASE WHEN ?18 THEN excluded.begun_at ELSE coalesce(begun_at, excluded.begun_at) END,
				settle_at = excluded.settle_at, due_at = excluded.due_at, publish_at = coalesce(excluded.publish_at, publish_at),
				publish_failures = 0, restored_id = excluded.restored_id, record = excluded.record, terms = excluded.terms,
				progress = excluded.progress,
				summary = excluded.summary, summary_change = excluded.change, mirror_at = CASE
					WHEN excluded.mirror_at IS NULL THEN CASE WHEN mirrored IS NULL THEN NULL ELSE excluded.changed_at END
					WHEN mirrored IS NOT NULL AND record = excluded.record AND terms IS excluded.terms THEN mirror_at
					ELSE excluded.mirror_at END`,
			deletion.id,
			isOpen(deletion) ? 1 : 0,
			state,
			binding_id === null ? null : plainId(binding_id),
			prefix_id === null ? null : plainId(prefix_id),
			cidr,
			nowMs,
			begunAtMs,
			isNew ? null : (work?.dueAtMs ?? null),
			isNew ? (work?.dueAtMs ?? null) : null,
			publishAtMs,
			restored === null ? null : plainId(restored),
			JSON.stringify(deletion),
			work?.terms ? JSON.stringify({ form, ...work.terms }) : null,
			work ? storedProgress(work.progress) : null,
			JSON.stringify(summary),
			mirrorAtMs,
			isFirstSent ? 1 : 0,
		);
		onDue(Math.min(work?.dueAtMs ?? nowMs + publishAfterMs, mirrorAtMs ?? Number.POSITIVE_INFINITY));
	}

	const claim = (deletionId: string, claims: readonly Claim[]): void => makeClaims(sql, deletionId, claims, now());

	const openRow = (query: string, value: string): OpenDeletion | null => {
		const [row] = sql
			.exec<WorkRow>(`SELECT record, terms, progress FROM deletions WHERE open = 1 AND ${query}`, value)
			.toArray();
		if (row === undefined) return null;
		return { deletion: readRecord(row.record), terms: termsIn(row.terms), progress: readProgress(row.progress) };
	};

	const newest = (condition: string, value: string): Deletion | null => {
		const query = `SELECT record FROM deletions WHERE ${condition} ORDER BY id LIMIT 1`;
		const [row] = sql.exec<{ record: string }>(query, value).toArray();
		return row === undefined ? null : readRecord(row.record);
	};

	/** Received deletions by actor and payload. A restart clears it: after that, each request has its own record. */
	const beingLookedUp = new Map<string, string>();
	const keyOf = (actor: string, payload: string) => `${actor} ${payload}`;
	function noteReceived({ id, state }: Deletion): void {
		if (state === "received") return;
		for (const [key, one] of beingLookedUp) if (one === id) beingLookedUp.delete(key);
	}

	const refusals = createRefusals((actor, sinceMs) => refusalsOnRecord(sql, actor, sinceMs));
	/** Answers for ids without a row: another record's id, or a refusal that is counted on another record. */
	const answers = new Map<string, string | Deletion>();

	/** Replaces a received deletion, if there is one, with the record that answers it. */
	function leadTo(id: string, deletionId: string, answer: string | Deletion): void {
		answers.set(id, answer);
		for (const oldest of answers.keys()) {
			if (answers.size <= answersAtMost) break;
			answers.delete(oldest);
		}
		for (const [key, one] of beingLookedUp) if (one === id) beingLookedUp.delete(key);
		const [row] = sql.exec<{ told: number | null }>("SELECT told FROM deletions WHERE id = ?", id).toArray();
		if (row === undefined) return;
		if (row.told === 1) keepAlias(id, deletionId);
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

	function keepAlias(id: string, deletionId: string): void {
		const insert = "INSERT OR IGNORE INTO aliases (id, deletion_id, made_at, publish_at) VALUES (?, ?, ?, ?)";
		sql.exec(insert, id, deletionId, now(), now() + publishLookAfterMs);
		onDue(now() + publishLookAfterMs);
	}

	const journal: CountedJournal = {
		version() {
			version ??= readVersion(sql);
			return version;
		},
		versionOf: (change) => `${getFlag(sql, "journal") ?? begunJournal(sql)}-${change}`,
		claimed: (actor, key) => claimUnder(sql, spellingsOf(actor), key),
		get(id) {
			const answer = answers.get(id);
			if (answer !== undefined) return typeof answer === "string" ? journal.get(answer) : answer;
			const [row] = sql.exec<{ record: string }>("SELECT record FROM deletions WHERE id = ?", id).toArray();
			if (row !== undefined) return readRecord(row.record);
			const query = "SELECT deletion_id FROM aliases WHERE id = ?";
			const [alias] = sql.exec<{ deletion_id: string }>(query, id).toArray();
			return alias === undefined ? null : journal.get(alias.deletion_id);
		},
		received(actor, payload) {
			const id = beingLookedUp.get(keyOf(actor, payload));
			const deletion = id === undefined ? null : journal.get(id);
			return deletion?.state === "received" ? deletion : null;
		},
		open: (id) => openRow("id = ?", id),
		openFor: (named) =>
			"cidr" in named ? openRow("cidr = ?", named.cidr) : openRow("binding_id = ?", plainId(named.bindingId)),
		cameInSinceStart: (id) => [...beingLookedUp.values()].includes(id),
		restoring(id) {
			const query = "SELECT record, progress FROM deletions WHERE id = ? AND open = 0 AND progress IS NOT NULL";
			const [row] = sql.exec<{ record: string; progress: string }>(query, id).toArray();
			return row === undefined ? null : { deletion: readRecord(row.record), progress: readProgress(row.progress) };
		},
		carriedOut(named) {
			const [column, value] =
				"cidr" in named ? (["cidr", named.cidr] as const) : (["binding_id", plainId(named.bindingId)] as const);
			return newest(`${column} = ? AND state IN ${carriedOutStates}`, value);
		},
		created(named) {
			const [column, value] =
				"cidr" in named ? (["cidr", named.cidr] as const) : (["restored_id", plainId(named.bindingId)] as const);
			const isLeft = `restored_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM deletions AS later
				WHERE later.binding_id = deletions.restored_id AND later.state IN ${carriedOutStates})`;
			const { binding, restoration } = newest(`${column} = ? AND ${isLeft}`, value) ?? {};
			const bindingId = restoration?.binding_id ?? null;
			return binding && bindingId !== null ? { prefixId: binding.prefix_id, bindingId } : null;
		},
		prefixOf(bindingId) {
			const plain = plainId(bindingId);
			const record = newest("binding_id = ?", plain) ?? newest("restored_id = ?", plain);
			return record?.binding?.prefix_id ?? null;
		},
		overtaking(id, cidr, sinceMs) {
			const query = `SELECT record FROM deletions WHERE cidr = ? AND id <> ? AND begun_at > ?
				AND state IN ('deleting', 'unknown', 'deleted', 'already_gone', 'restored') ORDER BY id LIMIT 1`;
			const [row] = sql.exec<{ record: string }>(query, cidr, id, sinceMs).toArray();
			return row === undefined ? null : readRecord(row.record);
		},
		/** Two queries, so that each can use an index. A row that has not changed since then can't have been deleted since then. */
		goneSince(prefixId, sinceMs) {
			const query = `SELECT binding_id FROM deletions WHERE open = 1 AND state IN ('deleting', 'unknown') AND +prefix_id = ?1
				UNION ALL SELECT binding_id FROM deletions
				WHERE prefix_id = ?1 AND changed_at >= ?2 AND state IN ${carriedOutStates}
					AND CASE WHEN json_valid(record) THEN json_extract(record, '$.settled_at') END >= ?3`;
			const rows = sql.exec<{ binding_id: string }>(query, plainId(prefixId), sinceMs, at(sinceMs)).toArray();
			return new Set(rows.map((row) => row.binding_id));
		},
		pace(prefixId, sinceMs) {
			const query = `SELECT begun_at AS atMs, prefix_id = ?1 AND state <> 'restored' AS inPrefix FROM deletions
				WHERE begun_at > ?2 AND state IN ${begunStates} ORDER BY begun_at`;
			const begun = sql.exec<{ atMs: number; inPrefix: number }>(query, plainId(prefixId), sinceMs).toArray();
			return {
				account: begun.map(({ atMs }) => atMs),
				prefix: begun.filter(({ inPrefix }) => inPrefix === 1).map(({ atMs }) => atMs),
			};
		},
		begunSince(sinceMs, atMost) {
			const query = `SELECT begun_at AS atMs FROM deletions
				WHERE begun_at > ? AND state IN ${begunStates} ORDER BY begun_at DESC LIMIT ?`;
			const begun = sql.exec<{ atMs: number }>(query, sinceMs, atMost).toArray();
			return begun.map(({ atMs }) => atMs).toReversed();
		},
		freeze: () => freezeInForce(sql, now()),
		keepOpen({ deletion, terms, progress }, dueAtMs, claims = []) {
			put(deletion, { terms, progress, dueAtMs });
			claim(deletion.id, claims);
			const [first] = claims;
			if (deletion.state === "received" && first) beingLookedUp.set(keyOf(first.actor, first.payload), deletion.id);
		},
		keepRestoring: ({ deletion, progress }, dueAtMs) => put(deletion, { terms: null, progress, dueAtMs }),
		keepSettled(deletion, claims = []) {
			put(deletion, null);
			claim(deletion.id, claims);
			if (leavesKeyFree(deletion)) freeKeys(sql, deletion.id);
			onSettled(deletion.id);
		},
		keepRefused(refused, claims = []) {
			const nowMs = now();
			const sharedId = refusals.sharedBy(refused, nowMs);
			const record = sharedId === null ? null : journal.get(sharedId);
			if (record !== null) {
				const answer = { ...refused, id: record.id };
				sql.exec("DELETE FROM claims WHERE deletion_id = ?", refused.id);
				leadTo(refused.id, record.id, answer);
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
		missesHoldMs: (actor) => refusals.missesHoldMs(actor, now()),
		join(id, claims) {
			claim(id, claims);
			if (claims.some(({ lasting }) => lasting)) sendClaims(id);
		},
		alias(id, deletionId) {
			const moved = "UPDATE claims SET deletion_id = ? WHERE deletion_id = ? RETURNING lasting";
			const isKept = sql
				.exec<{ lasting: number }>(moved, deletionId, id)
				.toArray()
				.some(({ lasting }) => lasting === 1);
			if (isKept) sendClaims(deletionId);
			leadTo(id, deletionId, deletionId);
		},
		tell(id) {
			const answer = answers.get(id);
			const target = typeof answer === "object" ? answer.id : answer;
			if (target === undefined) sql.exec("UPDATE deletions SET told = 1 WHERE id = ?", id);
			else keepAlias(id, target);
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
			const summary = summaryOf(deletion);
			const { state, binding_id, prefix_id, cidr } = summary;
			const begunAtMs = (deletion.cloudflare?.attempts ?? 0) > 0 ? Date.parse(deletion.settled_at ?? "") : Number.NaN;
			version = null;
			countOutcome(sql, deletion);
			sql.exec(
				`INSERT OR REPLACE INTO deletions
					(id, open, state, binding_id, prefix_id, cidr, change, changed_at, begun_at, record, summary, summary_change)
				SELECT ?1, 0, ?2, ?3, ?4, ?5, next, ?6, ?7, ?8, ?9, next
				FROM (SELECT max(coalesce(max(change), 0), ?10) + 1 AS next FROM deletions)`,
				deletion.id,
				state,
				binding_id === null ? null : plainId(binding_id),
				prefix_id === null ? null : plainId(prefix_id),
				cidr,
				changedAtMs,
				Number.isNaN(begunAtMs) ? null : begunAtMs,
				JSON.stringify(deletion),
				JSON.stringify(summary),
				floor,
			);
			if (leavesKeyFree(deletion)) freeKeys(sql, deletion.id);
			takeOverClaims(sql, deletion.id, claims);
		},
	};
	return journal;
}

const termsIn = (text: string): Terms => {
	const { form: _, ...terms }: Terms & { form?: number } = JSON.parse(text);
	return terms;
};

const nextChange = "(SELECT max(change) + 1 FROM deletions)";
/** More than callers wait for at a time; an id that a caller has is stored in the table too. */
const answersAtMost = 1000;

/** The record that counts an hour's refusals beyond the limit. */
const summaryRecordOf = (refused: Deletion): Deletion => ({
	...refused,
	target: summaryTarget,
	binding: null,
	effect: null,
	guards: [],
	failure: {
		code: refused.failure?.code ?? "scope_missing",
		detail: `${refused.actor.name} was refused ${recordedAnHour} times within an hour. This record counts the rest of that hour.`,
		retry_after_seconds: 3600,
	},
});

const carriedOutStates = "('deleted', 'already_gone', 'deleted_elsewhere', 'restored')";
/** What counts towards the budget. */
const begunStates = "('deleting', 'unknown', 'deleted', 'already_gone', 'restored')";

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
