// No way round: no DELETE is sent during a freeze, before its time, beyond the budget, or for a dry run or another
// plan's ETag.
import { budget } from "../account.ts";
import { type Facts, sentAt, wayThere } from "./facts.ts";
import { createBench, type Verdict } from "./verdict.ts";

/** The budget is checked a little before a call is sent. */
const judgedBeforeMs = 2000;

export function noWayRound({ seen, records, asked }: Facts): Verdict {
	const { verdict, look } = createBench();
	const frozen = freezesIn(seen);
	for (const record of records) {
		const about = { recordId: record.id, bindingId: record.binding?.id ?? null };
		const sent = sentAt(wayThere(record));
		const isFrozen = sent.some((atMs) => frozen.some(({ fromMs, untilMs }) => atMs > fromMs && atMs < untilMs));
		look(isFrozen ? "a DELETE was sent during a freeze" : null, about);
		const dueAtMs = record.not_before === null ? 0 : Date.parse(record.not_before);
		look((sent[0] ?? dueAtMs) < dueAtMs ? "a DELETE was sent before its time" : null, about);
		const isForbidden = asked.get(record.reason ?? "")?.some((one) => one.isForbidden) ?? false;
		if (isForbidden) look(sent.length > 0 ? "a DELETE was sent, and was not to be" : null, about);
	}
	const begun = records.flatMap((record) => sentAt(wayThere(record)).slice(0, 1)).toSorted((a, b) => a - b);
	for (const [index, atMs] of begun.entries()) {
		const first = begun[index - budget.deletions] ?? Number.NEGATIVE_INFINITY;
		look(
			atMs - first < budget.windowMs - judgedBeforeMs
				? `more than ${budget.deletions} deletions began within the window`
				: null,
		);
	}
	return verdict;
}

/** From the answer that confirms the freeze to the request that lifts it. */
function freezesIn(seen: Facts["seen"]): { fromMs: number; untilMs: number }[] {
	const turns = seen.flatMap((one) => (one.kind === "freeze_turned" || one.kind === "freeze_asked" ? [one] : []));
	return turns.flatMap((one, index) => {
		if (one.kind !== "freeze_turned" || one.to !== "on") return [];
		const lifted = turns.slice(index).find(({ kind, to }) => kind === "freeze_asked" && to === "off");
		return [{ fromMs: one.atMs, untilMs: lifted?.atMs ?? Number.POSITIVE_INFINITY }];
	});
}
