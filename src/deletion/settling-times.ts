// How long restored bindings took until they were seen active: the real settling times. No I/O, no clock.
import type { Deletion } from "./record/deletion.ts";

/** One restored binding that became active. */
export interface SettledTime {
	activeMs: number;
	tookMs: number;
}

export interface Settling {
	count: number;
	/** null if there is none. */
	medianMs: number | null;
	slowestMs: number | null;
}

export const noSettling: Settling = { count: 0, medianMs: null, slowestMs: null };

export const settlingDays = 90;
/** So that one row holds them; an outage of a thousand bindings leaves its last five hundred. */
const keptAtMost = 500;

/** null unless unbind created the binding and it has been seen active. */
export function settledTime({ restoration }: Pick<Deletion, "restoration">): SettledTime | null {
	if (restoration?.state !== "restored" || !restoration.active_at || restoration.settled_at === null) return null;
	const activeMs = Date.parse(restoration.active_at);
	return { activeMs, tookMs: Math.max(activeMs - Date.parse(restoration.settled_at), 0) };
}

/** What to keep once there is one more, oldest first. */
export const withSettledTime = (times: readonly SettledTime[], one: SettledTime): SettledTime[] =>
	[...times, one].slice(-keptAtMost);

export function settlingOf(times: readonly SettledTime[], nowMs: number): Settling {
	const sinceMs = nowMs - settlingDays * 24 * 3_600_000;
	const took = times
		.filter(({ activeMs }) => activeMs >= sinceMs)
		.map(({ tookMs }) => tookMs)
		.toSorted((one, other) => one - other);
	const middle = [took[Math.ceil(took.length / 2) - 1], took[Math.floor(took.length / 2)]];
	const [low = null, high = null] = middle;
	const medianMs = low === null || high === null ? null : (low + high) / 2;
	return { count: took.length, medianMs, slowestMs: took.at(-1) ?? null };
}
