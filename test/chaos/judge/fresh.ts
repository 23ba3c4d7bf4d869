// Fresh: once a caller has heard that a deletion settled, every later read of the history or of the record shows it,
// and never an older state.
import type { Facts } from "./facts.ts";
import { createBench, type Verdict } from "./verdict.ts";

interface Known {
	atMs: number;
	id: string;
	state: string;
	bindingId: string | null;
}

export function fresh({ seen, recordById }: Facts): Verdict {
	const { verdict, look } = createBench();
	/** The first and the latest state that callers were given for each record. */
	const known = new Map<string, { first: Known; latest: Known }>();

	const older = (state: string, than: string, id: string): boolean => {
		if (rankOf(state) >= rankOf(than)) return false;
		// A restoration can be requested again if its binding is gone.
		const isAgain = than === "restored" && rankOf(state) === 1;
		return !isAgain || timesRestored(id) < 2;
	};
	const timesRestored = (id: string): number =>
		recordById.get(id)?.timeline.filter(({ event }) => event === "restoration_requested").length ?? 0;

	for (const one of seen) {
		if (one.kind === "history_read") {
			const last = one.isWhole ? null : (one.rows.at(-1)?.id ?? "");
			const states = new Map(one.rows.map(({ id, state }) => [id, state]));
			for (const { first, latest } of known.values()) {
				const { id, bindingId } = first;
				// Ids sort newest first.
				if (first.atMs >= one.askedAtMs || (last !== null && id > last)) continue;
				if (one.binding !== null && one.binding !== bindingId) continue;
				const state = states.get(id);
				look(
					state === undefined
						? `a list read at ${timeOf(one.askedAtMs)} does not show it, told at ${timeOf(first.atMs)}`
						: null,
					{ recordId: id },
				);
				const told = latest.atMs < one.askedAtMs ? latest : first;
				if (state !== undefined)
					look(older(state, told.state, id) ? `a list shows ${state}, after ${told.state} was told` : null, {
						recordId: id,
					});
			}
			continue;
		}
		if (one.kind !== "told" || one.id === null || one.state === null || !recordById.has(one.id)) continue;
		const { id, state } = one;
		const before = known.get(id);
		if (before !== undefined && one.what === "record") {
			const told = before.latest.atMs < one.askedAtMs ? before.latest : before.first;
			const isOlder = told.atMs < one.askedAtMs && older(state, told.state, id);
			look(isOlder ? `it is shown as ${state}, after ${told.state} was told` : null, { recordId: id });
		}
		if (!one.settled) continue;
		// An alias has no row of its own.
		const record = recordById.get(id);
		if (record?.id !== id) continue;
		const now: Known = { atMs: one.atMs, id, state, bindingId: record.binding?.id ?? null };
		if (before === undefined) known.set(id, { first: now, latest: now });
		else if (rankOf(state) > rankOf(before.latest.state)) known.set(id, { ...before, latest: now });
	}
	return verdict;
}

const settledStates = ["deleted", "already_gone", "failed", "refused", "cancelled", "expired", "deleted_elsewhere"];

const timeOf = (ms: number): string => new Date(ms).toISOString().slice(11, 23);

const rankOf = (state: string): number => (state === "restored" ? 2 : settledStates.includes(state) ? 1 : 0);
