// The history as a file, for the API and the page.
import type { HistoryFilter } from "../../deletion/record/history.ts";
import { fail, ok, type Result } from "../../deletion/result.ts";
import type { Context } from "../context.ts";
import type { RowFormat } from "./export.ts";
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

/**
 * Streams page after page, so the size of the history does not matter. A header says whether it may be stale. If a later
 * page can't be read, the stream fails, so nobody mistakes part of the file for the whole.
 */
export async function exported(
	format: RowFormat,
	filter: HistoryFilter,
	cursor: string | null,
	context: Context,
): Promise<Result<Response, Problem>> {
	const pageAt = (at: string | null) => context.history.page({ filter, limit: rowsAtOnce, cursor: at, unless: null });
	const first = await pageAt(cursor);
	if (!first.ok) return fail(unreadable(first.failure));
	let page = first.value;
	const isStale = page?.version === null;
	const encoder = new TextEncoder();
	const body = new ReadableStream<Uint8Array>({
		start: (controller) => controller.enqueue(encoder.encode(format.head)),
		async pull(controller) {
			if (page === null) return controller.close();
			controller.enqueue(encoder.encode(page.rows.map(format.row).join("")));
			if (page.next === null) return controller.close();
			const next = await pageAt(page.next);
			const isWorse = next.ok && next.value?.version === null && !isStale;
			if (!next.ok || isWorse) return controller.error(new Error("the history cannot be read on"));
			page = next.value;
		},
	});
	return ok(
		new Response(body, { headers: { "content-type": format.contentType, vary: "Accept", ...staleness(isStale) } }),
	);
}
