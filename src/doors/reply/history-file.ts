// The history as a file, for the API and the page.
import type { Summary } from "../../deletion/record/deletion.ts";
import type { HistoryFilter } from "../../deletion/record/history.ts";
import { fail, ok, type Result } from "../../deletion/result.ts";
import type { Context } from "../context.ts";
import { type RowFormat, streamed } from "./export.ts";
import { tooManyReads, unreachableProblem } from "./failure.ts";
import { type Problem, problem } from "./problem.ts";

const rowsAtOnce = 1000;

/** For answers without a `stale` member. */
export const staleness = (stale: boolean): Record<string, string> => (stale ? { "x-unbind-stale": "true" } : {});

export function unreadable(failure: "bad_cursor" | "unavailable" | "busy"): Problem {
	if (failure === "busy") return tooManyReads;
	return failure === "bad_cursor" ? badCursor : unreachableProblem;
}

const badCursor = problem(
	"invalid_request",
	'The parameter "cursor" did not come from this list, or belongs to other filters. Start from the first page.',
);

/** A header says whether it may be stale. A file that is not yet stale ends in an error if it would become so. */
export async function exported(
	format: RowFormat<Summary>,
	filter: HistoryFilter,
	cursor: string | null,
	context: Context,
): Promise<Result<Response, Problem>> {
	const pageAt = (at: string | null) => context.history.page({ filter, limit: rowsAtOnce, cursor: at, unless: null });
	const first = await pageAt(cursor);
	if (!first.ok) return fail(unreadable(first.failure));
	const isStale = first.value?.version === null;
	const later = async (at: string) => {
		const next = await pageAt(at);
		const isWorse = next.ok && next.value?.version === null && !isStale;
		return next.ok && !isWorse ? next.value : null;
	};
	return ok(streamed(format, first.value, later, staleness(isStale)));
}
