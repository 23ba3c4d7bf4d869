// Nothing is still open, unpublished or half restored three minutes after the faults ended.
import type { Facts } from "./facts.ts";
import { createBench, type Verdict } from "./verdict.ts";

export function settled({ open, ledger }: Facts): Verdict {
	const { verdict, look } = createBench();
	const left = new Map(open.map(({ id, state }) => [id, state]));
	for (const { id, record } of ledger) {
		const state = left.get(id);
		const what = state === undefined ? null : `it is ${state}, and not settled and published`;
		look(what, { recordId: id, bindingId: record.binding?.id ?? null });
	}
	return verdict;
}
