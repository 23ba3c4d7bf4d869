// The history port: KV's pages merged with the Ledger's latest changes, and cursors for callers. If KV fails, it serves the
// Ledger's week instead.
import type { Summary } from "../../deletion/record/deletion.ts";
import type { AskLedger, History, HistoryPage, HistoryQuery } from "../../deletion/record/history.ts";
import { idBounds } from "../../deletion/record/record-id.ts";
import { fail, ok } from "../../deletion/result.ts";
import { decodeCursor, encodeCursor } from "./cursor.ts";
import { firstPosition, historyPage, keysDecide, ledgerPage, type Position, type RowsPage } from "./page.ts";
import { readRecord } from "./record.ts";

/** Reads a page from KV when it is the caller's turn; null if that takes too long. */
type TakeTurn = <Value>(read: () => Promise<Value>) => Promise<Value | null>;

/** @param onUnreadable called with KV's error if it can't be read. */
export function createHistory(
	kv: KVNamespace,
	askLedger: AskLedger,
	onUnreadable: (error: unknown) => void = () => {},
	takeTurn: TakeTurn = (read) => read(),
): History {
	/** KV's page, or why there is none. */
	async function kvPage(
		{ filter, limit }: HistoryQuery,
		from: Position,
		overlay: { recent: readonly Summary[]; until: string | null },
	): Promise<RowsPage | "bad_cursor" | "unavailable" | "busy"> {
		try {
			return (await takeTurn(() => historyPage(kv, filter, limit, from, overlay))) ?? "busy";
		} catch (error) {
			// KV refuses a cursor that it did not issue.
			const isCursor = from.cursor !== null && error instanceof Error && /cursor/i.test(error.message);
			if (isCursor) return "bad_cursor";
			onUnreadable(error);
			return "unavailable";
		}
	}

	return {
		async page(query) {
			const { filter, limit, cursor, unless, changes: read = askLedger.changes } = query;
			const from = cursor === null ? firstPosition : decodeCursor(cursor, filter);
			if (from === null) return fail("bad_cursor");
			const { bindingId, prefixId, actor, door, untilMs } = filter;
			// Rows newer than the period would only take space from those in it.
			const newest = untilMs === null ? "" : idBounds(0, untilMs).first;
			const afterId = from.afterId === "" ? newest : from.afterId;
			// One more row than fits shows that the page is full; if rows are filtered out, more may be needed.
			const atMost = keysDecide(filter) ? { atMost: limit + 1 } : {};
			const question = { afterId, bindingId, prefixId, actor, door, unless, ...atMost };
			const changes = await read(question);
			if (changes?.recent === null) return ok(null);
			const pageOf = ({ rows, next }: RowsPage, version: string | null): HistoryPage => ({
				rows,
				next: next === null ? null : encodeCursor(next, filter),
				version,
			});
			const page = await kvPage(query, from, { recent: changes?.recent ?? [], until: changes?.until ?? null });
			if (page === "bad_cursor" || page === "busy") return fail(page);
			if (page !== "unavailable") return ok(pageOf(page, changes?.version ?? null));
			if (changes === null) return fail(page);
			const week = await askLedger.changes({ ...question, unless: null, week: true });
			if (week === null || week.recent === null) return fail(page);
			return ok(pageOf(ledgerPage(filter, limit, from, { recent: week.recent, until: week.until }), null));
		},
		record: (id) => readRecord(kv, askLedger.record, id, onUnreadable),
	};
}
