// No second DELETE of a binding without a read-back: between two of them came a list, whole, in which it still stood.
import type { Call, Facts } from "./facts.ts";
import { createBench, type Verdict } from "./verdict.ts";

export function readBack({ calls, deletesOf }: Facts): Verdict {
	const { verdict, look } = createBench();
	const lists = Map.groupBy(
		calls.filter(({ listed }) => listed !== null),
		({ prefixId }) => prefixId,
	);
	for (const [bindingId, deletes] of deletesOf) {
		for (const [index, second] of deletes.entries()) {
			const first = deletes[index - 1];
			if (first === undefined) continue;
			const isBetween = ({ order, answeredOrder, listed }: Call) =>
				order > first.order && answeredOrder < second.order && listed?.includes(bindingId);
			const seen = lists.get(second.prefixId)?.some(isBetween) ?? false;
			look(seen ? null : `DELETE number ${index + 1} was sent, and nobody had looked`, { bindingId });
		}
	}
	return verdict;
}
