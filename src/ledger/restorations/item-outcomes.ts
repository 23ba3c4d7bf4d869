// What becomes of each record that a request for many restorations named, and when the whole request is settled. Everything here
// is synchronous: it is stored with the record that it follows from.
import { plainId } from "../../deletion/address/cloudflare-id.ts";
import { prefixPauseMs, restoringTriesAtMost } from "../../deletion/limits.ts";
import type { Ports } from "../../deletion/ports.ts";
import type { Deletion } from "../../deletion/record/deletion.ts";
import { isHeldUp, outcomeOf } from "../../deletion/restorations/outcome.ts";
import { ended } from "../../deletion/restorations/receive.ts";
import type { RestorationRefusal } from "../../deletion/steps/begin-restoration.ts";
import { log } from "../../log.ts";
import { isSetAside, setAsideIfUnreadable } from "../tables.ts";
import { itemsRestoring, keepItem, openItems, type StoredItem, settleRequest } from "./items.ts";

export type ItemOutcomes = ReturnType<typeof createItemOutcomes>;

export function createItemOutcomes(sql: SqlStorage, ports: () => Pick<Ports, "journal" | "now">) {
	const paused = new Map<string, number>();
	const now = () => ports().now();

	function keep(stored: StoredItem): void {
		keepItem(sql, stored);
		if (settleRequest(sql, stored.restorationsId, now()))
			log("info", "restorations_done", { restorations_id: stored.restorationsId });
	}

	function pausePrefix(prefixId: string | null): void {
		if (prefixId !== null) paused.set(plainId(prefixId), now() + prefixPauseMs);
	}

	/** The record's restoration has begun, is under way or is settled: the item goes along with it. */
	function follow(stored: StoredItem, record: Deletion): void {
		const followed = { ...stored, recordId: record.id };
		if (isHeldUp(record) && stored.tries + 1 < restoringTriesAtMost) {
			pausePrefix(stored.prefixId);
			keep({ ...followed, tries: stored.tries + 1, item: { ...stored.item, state: "waiting" } });
			return;
		}
		const outcome = outcomeOf(record);
		const state = outcome.state === "unknown" ? ("restoring" as const) : outcome.state;
		keep({ ...followed, item: { ...stored.item, ...outcome, state } });
	}

	/** @returns whether the row can't be parsed: then nobody will learn what became of it. */
	function isLost({ recordId }: StoredItem): boolean {
		setAsideIfUnreadable(sql, recordId);
		return isSetAside(sql, recordId);
	}

	return {
		follow,
		refuse(
			stored: StoredItem,
			refusal: Pick<RestorationRefusal, "code" | "detail">,
			state: "refused" | "failed" = "refused",
		): void {
			keep({ ...stored, item: ended(stored.item, state, refusal) });
		},
		/** A record was settled. Part of the same commit. @returns whether it was waited for. */
		settled(recordId: string): boolean {
			const items = itemsRestoring(sql, recordId);
			const record = items.length === 0 ? null : ports().journal.get(recordId);
			if (record !== null) for (const item of items) follow(item, record);
			return record !== null;
		},
		/** Follows records that were settled while the previous release was at work. */
		catchUp(): void {
			const { journal } = ports();
			for (const item of openItems(sql, "restoring")) {
				if (isLost(item)) {
					keep({ ...item, item: ended(item.item, "failed", unparsable) });
					continue;
				}
				const record = journal.restoring(item.recordId) === null ? journal.get(item.recordId) : null;
				if (record !== null) follow(item, record);
			}
		},
		pausePrefix,
		/** Until when the prefix waits after it was held up. */
		pausedUntilMs(prefixId: string | null): number {
			const untilMs = paused.get(plainId(prefixId ?? "")) ?? 0;
			if (untilMs <= now()) paused.delete(plainId(prefixId ?? ""));
			return untilMs;
		},
	};
}

export const unparsable = {
	code: "not_restorable" as const,
	detail: "unbind can't parse this record. Look at Cloudflare, and create the binding by hand if it is missing.",
};
