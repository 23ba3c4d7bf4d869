// Reads the records that a request for many restorations named. A row that can't be parsed concerns its own record and holds up no
// other: the item is refused, because a later try would find the same.

import { unreadablePauseMs } from "../../deletion/limits.ts";
import type { Actor } from "../../deletion/record/actor.ts";
import type { Deletion } from "../../deletion/record/deletion.ts";
import { named } from "../../deletion/restorations/receive.ts";
import { fail, type Result } from "../../deletion/result.ts";
import { refusedUnread } from "../../deletion/steps/begin-restoration.ts";
import { type HistoryUnreadable, noSuchRecord } from "../../deletion/steps/decisions.ts";
import { log, traceOf } from "../../log.ts";
import { recordsReadAtOnce, recordsReadPerAlarm } from "../limits.ts";
import { isSetAside } from "../tables.ts";
import { type ItemOutcomes, unparsable } from "./item-outcomes.ts";
import { keepItem, openItems, type StoredItem } from "./items.ts";
import type { RestoringNeeds } from "./needs.ts";
import { reorder } from "./order.ts";
import type { Mandates } from "./requests.ts";

export function createLookUp(
	sql: SqlStorage,
	{ recorded, leftIn, now }: Pick<RestoringNeeds, "recorded" | "leftIn" | "now">,
	outcomes: ItemOutcomes,
) {
	/** When records are read from KV again after it could not be read. */
	let readAgainMs = 0;

	/** Never rejects. `not_restorable`: never; another failure: not now. */
	async function read(
		id: string,
	): Promise<Result<Deletion | null, typeof unparsable | Pick<HistoryUnreadable, "code">>> {
		try {
			return await recorded(id);
		} catch (error) {
			if (isSetAside(sql, id)) return fail(unparsable);
			log("error", "restorations_interrupted", traceOf(error));
			return fail({ code: "history_unreadable" });
		}
	}

	function place(stored: StoredItem, record: Deletion, actor: Actor): void {
		const known = { ...stored, recordId: record.id, item: { ...stored.item, ...named(record) } };
		const refusal = refusedUnread(record, actor);
		if (refusal === null) keepItem(sql, known);
		else outcomes.refuse(known, refusal);
	}

	return {
		read,
		/**
		 * Reads records that have left the Ledger: only then is it known which prefix they belong to.
		 * @returns whether there were any to read.
		 */
		async placeUnread(mandates: Mandates): Promise<boolean> {
			if (readAgainMs > now()) return false;
			const unread = openItems(sql, "waiting")
				.filter(({ prefixId, restorationsId }) => prefixId === null && mandates.has(restorationsId))
				.slice(0, recordsReadPerAlarm);
			const rest = unread.values();
			let failures = 0;
			const readOn = async () => {
				// While KV hangs, each read takes seconds, and records that need no read would wait for all of them.
				for (const stored of rest) {
					if (failures >= recordsReadAtOnce) return;
					const mandate = mandates.get(stored.restorationsId);
					const record = await read(stored.item.deletion_id);
					if (!record.ok && record.failure.code === "not_restorable") outcomes.refuse(stored, record.failure);
					else if (!record.ok) {
						failures += 1;
						readAgainMs = now() + unreadablePauseMs;
					} else if (record.value === null) outcomes.refuse(stored, noSuchRecord);
					else if (mandate !== undefined) place(stored, record.value, mandate.actor);
				}
			};
			await Promise.all(Array.from({ length: recordsReadAtOnce }, readOn));
			for (const id of new Set(unread.map(({ restorationsId }) => restorationsId))) reorder(sql, id, leftIn);
			return unread.length > 0;
		},
	};
}
