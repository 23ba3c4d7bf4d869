// Writes the row of a deletion: the record as JSON, and the columns that SQL needs. This is where the record's fields meet the
// table's. It does not decide when anything is due.
import { plainId } from "../deletion/address/cloudflare-id.ts";
import type { Terms } from "../deletion/ports.ts";
import { type Deletion, formatVersion, isOpen, type Summary, summaryOf } from "../deletion/record/deletion.ts";
import { type Progress, storedProgress } from "../deletion/record/progress.ts";

/** What is left to do for a deletion or a restoration, and when the alarm takes over. */
export interface OpenWork {
	terms: Terms | null;
	progress: Progress;
	dueAtMs: number;
}

interface Times {
	nowMs: number;
	/** null: not to be published. */
	publishAtMs: number | null;
	/** null: its state has no mirror. */
	mirrorAtMs: number | null;
}

const plainOrNull = (id: string | null): string | null => (id === null ? null : plainId(id));

const identity = (deletion: Deletion, { state, binding_id, prefix_id, cidr }: Summary) =>
	[deletion.id, state, plainOrNull(binding_id), plainOrNull(prefix_id), cidr] as const;

/** @param work null once it is settled. */
export function putRow(
	sql: SqlStorage,
	deletion: Deletion,
	work: OpenWork | null,
	{ nowMs, publishAtMs, mirrorAtMs }: Times,
): void {
	const summary = summaryOf(deletion);
	const { state } = deletion;
	const begunAtMs = state === "deleting" || state === "unknown" ? nowMs : null;
	// The budget counts from the DELETE itself, which may leave up to a minute after the judgement.
	const isFirstSent = begunAtMs !== null && work?.progress.phase === "sent" && work.progress.callsSent === 1;
	// Version 0.1.0 does not know received deletions, and must not be woken for one: it reads `settle_at`, so they have `due_at`.
	const isReceived = state === "received";
	sql.exec(
		`INSERT INTO deletions (id, state, binding_id, prefix_id, cidr, open, change, changed_at, begun_at, settle_at,
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
		...identity(deletion, summary),
		isOpen(deletion) ? 1 : 0,
		nowMs,
		begunAtMs,
		isReceived ? null : (work?.dueAtMs ?? null),
		isReceived ? (work?.dueAtMs ?? null) : null,
		publishAtMs,
		plainOrNull(deletion.restoration?.binding_id ?? null),
		JSON.stringify(deletion),
		work?.terms ? JSON.stringify({ form: formatVersion, ...work.terms }) : null,
		work ? storedProgress(work.progress) : null,
		JSON.stringify(summary),
		mirrorAtMs,
		isFirstSent ? 1 : 0,
	);
}

/** Stores a settled record from KV as KV has it. Later changes count from above `floor`. */
export function adoptRow(sql: SqlStorage, deletion: Deletion, changedAtMs: number, floor: number): void {
	const summary = summaryOf(deletion);
	const begunAtMs = (deletion.cloudflare?.attempts ?? 0) > 0 ? Date.parse(deletion.settled_at ?? "") : Number.NaN;
	sql.exec(
		`INSERT OR REPLACE INTO deletions
			(id, open, state, binding_id, prefix_id, cidr, change, changed_at, begun_at, record, summary, summary_change)
		SELECT ?1, 0, ?2, ?3, ?4, ?5, next, ?6, ?7, ?8, ?9, next
		FROM (SELECT max(coalesce(max(change), 0), ?10) + 1 AS next FROM deletions)`,
		...identity(deletion, summary),
		changedAtMs,
		Number.isNaN(begunAtMs) ? null : begunAtMs,
		JSON.stringify(deletion),
		JSON.stringify(summary),
		floor,
	);
}
