// When the mirror of an open record in KV is due.
import type { State } from "../deletion/deletion.ts";

/** Most unclear outcomes are clear within seconds: they need no mirror. KV takes one write per second and key. */
const mirrorAfterMs: Partial<Record<State, number>> = { pending_approval: 1000, scheduled: 1000, unknown: 30_000 };

/** null: a record in this state has no mirror. */
export function mirrorDueMs(state: State, nowMs: number): number | null {
	const afterMs = mirrorAfterMs[state];
	return afterMs === undefined ? null : nowMs + afterMs;
}
