// The latest deletions, one row each.
import type { Summary } from "../../../deletion/record/deletion.ts";
import { type Card, card } from "../card.ts";
import { recordPage, timeWords } from "./words.ts";

export const shownAtMost = 10;

/** @param target the binding that the rows are about; null for the whole account. */
export function historyCard(
	rows: readonly Summary[],
	{ target, isStale, hasMore }: { target: string | null; isStale: boolean; hasMore: boolean },
	origin: string,
): Card {
	const about = target === null ? "" : ` of ${target}`;
	return card(rows.length === 0 ? `No deletions${about} on record` : `Latest deletions${about}`, {
		rows: rows.map(({ id, state, cidr, service_name, actor, reason, created_at }) => ({
			head: `${cidr ?? "?"} ${state.replaceAll("_", " ")}`,
			link: recordPage(origin, id),
			rest: [service_name, `by ${actor}`, timeWords(created_at), id, reason]
				.filter((part) => part !== null)
				.join(" · "),
		})),
		text: hasMore ? ["There are more. The page shows all of them."] : [],
		warnings: isStale ? ["unbind's ledger is unreachable, so the newest may be missing."] : [],
		link: hasMore ? `${origin}/` : null,
	});
}
