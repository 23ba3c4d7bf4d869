// A restoration that failed can be requested again, and is then tried again.
import type { Facts } from "./facts.ts";
import { createBench, type Verdict } from "./verdict.ts";

export function askedAgain({ seen }: Facts): Verdict {
	const { verdict, look } = createBench();
	/** When callers learned that a restoration failed, by record and request. */
	const failed = new Map<string, number>();
	for (const one of seen) {
		if (one.kind !== "told" || one.what !== "restoration" || one.restoration === null) continue;
		const key = `${one.id} ${one.restorationAskedAt}`;
		const toldAtMs = failed.get(key);
		const isStale = one.restoration === "failed" && toldAtMs !== undefined && toldAtMs < one.askedAtMs;
		look(isStale ? `${one.step} asked again, and was told of the restoration that had failed` : null, {
			recordId: one.id,
		});
		if (one.restoration === "failed" && toldAtMs === undefined) failed.set(key, one.atMs);
	}
	return verdict;
}
