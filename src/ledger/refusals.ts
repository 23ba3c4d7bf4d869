// Keeps refusals cheap: any token can ask for what it may not have, hundreds of times a second. The same refusal of the same
// caller within a minute is one record with a count; and beyond so many an hour, one record counts the rest. In memory, but
// for the hour's count, which a restart takes from the records.
import type { Deletion } from "../deletion/deletion.ts";

/** How long refusals of one kind share a record; it is published when that is over. */
export const sharedForMs = 60_000;
/** Records of refusals that one caller can make in an hour. */
export const recordedAnHour = 60;
const hourMs = 3_600_000;
/** A caller who names that many bindings that do not exist, within the window, is not looked up for any more. */
const missesAtMost = 60;
const missWindowMs = 300_000;

export interface Refusals {
	/** The record that answers this refusal as well; null where it needs one of its own. */
	sharedBy(refused: Deletion, nowMs: number): string | null;
	/** The refusal has a record of its own now. `isSummary`: it counts the rest of the hour. */
	note(refused: Deletion, isSummary: boolean, nowMs: number): void;
	/** Whether the caller's records of this hour are used up, so that the next one counts the rest. */
	isFull(actor: string, nowMs: number): boolean;
	/** How long the caller is not looked up for any more; 0 where nothing stands in the way. */
	missesHoldMs(actor: string, nowMs: number): number;
	/** Counts of records whose time to share is over, each once. */
	takeCounts(nowMs: number): { id: string; requests: number }[];
}

interface Shared {
	id: string;
	untilMs: number;
	requests: number;
}

/** A caller's hour: how many records it has had since it began, and the one that counts the rest. */
export interface Hour {
	sinceMs: number;
	recorded: number;
	summary: { id: string; requests: number } | null;
}

/** @param onRecord the hour as the Ledger's rows have it; null if there are none since then. */
export function createRefusals(onRecord: (actor: string, sinceMs: number) => Hour | null): Refusals {
	const shared = new Map<string, Shared>();
	const hours = new Map<string, Omit<Hour, "summary"> & { summary: Shared | null }>();
	const misses = new Map<string, { sinceMs: number; count: number }>();

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
		sharedBy(refused, nowMs) {
			if (refused.failure?.code === "binding_not_found") {
				const present = misses.get(refused.actor.name);
				const window = present && nowMs - present.sinceMs < missWindowMs ? present : { sinceMs: nowMs, count: 0 };
				misses.set(refused.actor.name, { ...window, count: window.count + 1 });
			}
			const same = shared.get(kindOf(refused));
			const open = same !== undefined && nowMs < same.untilMs ? same : hourOf(refused.actor.name, nowMs).summary;
			if (open === null) return null;
			open.requests += 1;
			return open.id;
		},
		note(refused, isSummary, nowMs) {
			const hour = hourOf(refused.actor.name, nowMs);
			hour.recorded += 1;
			const untilMs = isSummary ? hour.sinceMs + hourMs : nowMs + sharedForMs;
			const one = { id: refused.id, untilMs, requests: 1 };
			if (isSummary) hour.summary = one;
			shared.set(isSummary ? refused.id : kindOf(refused), one);
		},
		isFull: (actor, nowMs) => hourOf(actor, nowMs).recorded >= recordedAnHour,
		missesHoldMs(actor, nowMs) {
			const window = misses.get(actor);
			if (window === undefined || window.count < missesAtMost) return 0;
			return Math.max(0, window.sinceMs + missWindowMs - nowMs);
		},
		takeCounts(nowMs) {
			const over = [...shared].filter(([, { untilMs }]) => untilMs <= nowMs);
			for (const [kind] of over) shared.delete(kind);
			return over.flatMap(([, { id, requests }]) => (requests > 1 ? [{ id, requests }] : []));
		},
	};
}
