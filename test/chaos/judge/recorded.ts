// No call that changes something is sent without a record: each one's intent was recorded before it reached Cloudflare.
import { type Call, type Facts, sentAt, wayBack, wayThere } from "./facts.ts";
import { createBench, type Verdict } from "./verdict.ts";

export function recorded({ calls, deletesOf, recordsOf, records }: Facts): Verdict {
	const { verdict, look } = createBench();
	for (const [bindingId, deletes] of deletesOf) {
		const intents = (recordsOf.get(bindingId) ?? []).flatMap((record) => sentAt(wayThere(record)));
		look(unintended("DELETE", deletes, intents), { bindingId });
	}
	const creations = Map.groupBy(
		calls.filter(({ method }) => method === "POST"),
		({ prefixId }) => prefixId ?? "",
	);
	for (const [prefixId, posts] of creations) {
		const inPrefix = records.filter(({ binding }) => binding?.prefix_id === prefixId);
		look(
			unintended(
				"POST",
				posts,
				inPrefix.flatMap((record) => sentAt(wayBack(record))),
			),
		);
	}
	return verdict;
}

/** There can be more intents than calls, after a kill between the two. */
function unintended(method: string, calls: readonly Call[], intents: readonly number[]): string | null {
	const kept = intents.toSorted((a, b) => a - b);
	const times = calls.map(({ atMs }) => atMs).toSorted((a, b) => a - b);
	const number = times.findIndex((atMs, index) => (kept[index] ?? Number.POSITIVE_INFINITY) > atMs);
	return number === -1 ? null : `${method} number ${number + 1} had left before its intent was on record`;
}
