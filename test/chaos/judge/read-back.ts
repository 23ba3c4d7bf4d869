// Once: no second DELETE of a binding unless a look after the first one showed it, and none after a caller heard that
// it is deleted.
import { type Call, type Facts, sentAt, wayThere } from "./facts.ts";
import { createBench, type Verdict } from "./verdict.ts";

export function readBack({ seen, calls, deletesOf, recordById, recordsOf }: Facts): Verdict {
	const { verdict, look } = createBench();
	const looks = Map.groupBy(
		calls.filter(({ listed, found }) => listed !== null || found === true),
		({ prefixId }) => prefixId,
	);
	for (const [bindingId, deletes] of deletesOf) {
		const intents = (recordsOf.get(bindingId) ?? []).flatMap((record) => sentAt(wayThere(record)));
		for (const [index, second] of deletes.entries()) {
			const first = deletes[index - 1];
			if (first === undefined) continue;
			// A call that was given up left before the look, but can arrive after it.
			const leftAtMs = Math.max(...intents.filter((atMs) => atMs <= first.atMs));
			const isBetween = ({ order, atMs, answeredOrder, listed, found, ...one }: Call) =>
				(order > first.order || (leftAtMs > 0 && atMs > leftAtMs)) &&
				answeredOrder < second.order &&
				(found === true ? one.bindingId === bindingId : listed?.includes(bindingId));
			const isSeen = looks.get(second.prefixId)?.some(isBetween) ?? false;
			look(isSeen ? null : `DELETE number ${index + 1} was sent, and nobody had looked`, { bindingId });
		}
	}
	const done = ["deleted", "already_gone", "deleted_elsewhere", "restored"];
	for (const [order, told] of seen.entries()) {
		if (told.kind !== "told" || !told.settled || !done.includes(told.state ?? "")) continue;
		const bindingId = recordById.get(told.id ?? "")?.binding?.id ?? "";
		const late = deletesOf.get(bindingId)?.some((call) => call.order > order) ?? false;
		look(late ? `${told.step} was told that it is ${told.state}, and a DELETE left after that` : null, { bindingId });
	}
	return verdict;
}
