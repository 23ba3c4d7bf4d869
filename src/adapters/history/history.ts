// The history port: KV's pages with the Ledger's latest changes in them, and cursors that callers can hold.
import type { AskChanges, History } from "../../deletion/history.ts";
import { idBounds } from "../../deletion/record-id.ts";
import { fail, ok } from "../../deletion/result.ts";
import { decodeCursor, encodeCursor } from "./cursor.ts";
import { recordKey } from "./keys.ts";
import { firstPosition, historyPage, keysDecide } from "./page.ts";

export function createHistory(kv: KVNamespace, askChanges: AskChanges): History {
	return {
		async page({ filter, limit, cursor, unless, ask = askChanges }) {
			const from = cursor === null ? firstPosition : decodeCursor(cursor, filter);
			if (from === null) return fail("bad_cursor");
			const { bindingId, prefixId, untilMs } = filter;
			// What is newer than the stretch would only take the room of what is in it.
			const newest = untilMs === null ? "" : idBounds(0, untilMs).first;
			const afterId = from.afterId === "" ? newest : from.afterId;
			// One more than there is room for tells that the page is full; where rows are sorted out, more may be needed.
			const atMost = keysDecide(filter) ? { atMost: limit + 1 } : {};
			const changes = await ask({ afterId, bindingId, prefixId, unless, ...atMost });
			if (changes?.recent === null) return ok(null);
			try {
				const overlay = { recent: changes?.recent ?? [], until: changes?.until ?? null };
				const { rows, next } = await historyPage(kv, filter, limit, from, overlay);
				return ok({ rows, next: next === null ? null : encodeCursor(next, filter), version: changes?.version ?? null });
			} catch (error) {
				// KV refuses a cursor that it did not give, or not to us.
				const isCursor = from.cursor !== null && error instanceof Error && /cursor/i.test(error.message);
				if (isCursor) return fail("bad_cursor");
				throw error;
			}
		},
		record: (id) => kv.get(recordKey(id), "text"),
	};
}
