// Keeps refusals cheap: any token can request what it is not allowed to do, hundreds of times per second. The same refusal of
// the same caller within a minute is one record with a count. Beyond an hourly limit, one record counts the rest. All of
// this is in memory, except the hour's count, which a restart reads from the records.

import type { Deletion } from "../deletion/record/deletion.ts";
import { createCallLimit } from "./call-limit.ts";
import { missesInWindowAtMost, missWindowMs, recordedAnHour, sharedForMs } from "./limits.ts";

const hourMs = 3_600_000;

interface Shared {
	id: string;
	untilMs: number;
	requests: number;
}

/** A caller's hour: how many records it created, and the one that counts the rest. */
interface Hour {
	sinceMs: number;
	recorded: number;
	summary: { id: string; requests: number } | null;
}

/** @param onRecord the hour according to the Ledger's rows; null if there are none since then. */
export function createRefusals(onRecord: (actor: string, sinceMs: number) => Hour | null) {
	const shared = new Map<string, Shared>();
	const hours = new Map<string, Omit<Hour, "summary"> & { summary: Shared | null }>();
	const misses = createCallLimit(missesInWindowAtMost, missWindowMs);

	const kindOf = ({ actor, target, failure }: Deletion): string =>
		JSON.stringify([actor.name, actor.door, target, failure?.code ?? null]);
	const hourOf = (actor: string, nowMs: number) => {
		const present = hours.get(actor);
		if (present !== undefined && nowMs - present.sinceMs < hourMs) return present;
		const before = present === undefined ? onRecord(actor, nowMs - hourMs) : null;
		const { sinceMs, recorded, summary } = before ?? { sinceMs: nowMs, recorded: 0, summary: null };
		const counting = summary === null ? null : { ...summary, untilMs: sinceMs + hourMs };
		if (counting !== null) shared.set(counting.id, counting);
		const hour = { sinceMs, recorded, summary: counting };
		hours.set(actor, hour);
		return hour;
	};

	return {
		/** The record that also answers this refusal; null if it needs its own. */
		sharedBy(refused: Deletion, nowMs: number): string | null {
			if (refused.failure?.code === "binding_not_found") misses.count(refused.actor.name, nowMs);
			const same = shared.get(kindOf(refused));
			const open = same !== undefined && nowMs < same.untilMs ? same : hourOf(refused.actor.name, nowMs).summary;
			if (open === null) return null;
			open.requests += 1;
			return open.id;
		},
		/** The refusal got its own record. `isSummary`: that record counts the rest of the hour. */
		note(refused: Deletion, isSummary: boolean, nowMs: number): void {
			const hour = hourOf(refused.actor.name, nowMs);
			hour.recorded += 1;
			const untilMs = isSummary ? hour.sinceMs + hourMs : nowMs + sharedForMs;
			const one = { id: refused.id, untilMs, requests: 1 };
			if (isSummary) hour.summary = one;
			shared.set(isSummary ? refused.id : kindOf(refused), one);
		},
		/** Whether the caller has used up its records for this hour, so that the next one counts the rest. */
		isFull: (actor: string, nowMs: number): boolean => hourOf(actor, nowMs).recorded >= recordedAnHour,
		/** How long the caller's look-ups are blocked; 0 if they are not. */
		missesBlockMs: misses.blockedMs,
		/** The final counts of records that are no longer shared, each returned once. */
		takeCounts(nowMs: number): { id: string; requests: number }[] {
			const over = [...shared].filter(([, { untilMs }]) => untilMs <= nowMs);
			for (const [kind] of over) shared.delete(kind);
			return over.flatMap(([, { id, requests }]) => (requests > 1 ? [{ id, requests }] : []));
		},
	};
}

/** The target of the record that counts the rest of an hour. */
const summaryTarget = "various";

/** The record that counts an hour's refusals beyond the limit. */
export const summaryRecordOf = (refused: Deletion): Deletion => ({
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

/**
 * A caller's refusals in the last hour, according to the Ledger's rows. A restarted Ledger goes on counting from there: the
 * platform ends an object that is idle for a minute or two, and a caller could wait for that.
 */
export function refusalsOnRecord(sql: SqlStorage, actor: string, sinceMs: number): Hour | null {
	const field = (path: string) => `CASE WHEN json_valid(record) THEN json_extract(record, '$.${path}') END`;
	const query = `SELECT id, changed_at, target, requests FROM (
			SELECT id, changed_at, cidr, ${field("actor.name")} AS actor, ${field("target")} AS target,
				${field("requests")} AS requests, ${field("failure.code")} AS code, state
			FROM deletions WHERE changed_at > ?1 AND open = 0
		) WHERE actor = ?2 COLLATE NOCASE AND (state = 'refused' OR code = 'binding_not_found') ORDER BY changed_at`;
	type Row = { id: string; changed_at: number; target: string; requests: number | null };
	const rows = sql.exec<Row>(query, sinceMs, actor).toArray();
	const [first] = rows;
	if (first === undefined) return null;
	const counting = rows.findLast(({ target }) => target === summaryTarget);
	return {
		sinceMs: first.changed_at,
		recorded: rows.length,
		summary: counting === undefined ? null : { id: counting.id, requests: counting.requests ?? 1 },
	};
}
