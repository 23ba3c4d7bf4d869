// The history: a page of it, the whole as a stream, or one record. Reads KV, and asks the Ledger for what KV cannot know
// yet. When one of them cannot be read, what the other has is served, and says that it may be stale.

import * as v from "valibot";
import { doors } from "../../deletion/actor.ts";
import { isCloudflareId } from "../../deletion/cloudflare-id.ts";
import { states } from "../../deletion/deletion.ts";
import type { HistoryFilter } from "../../deletion/history.ts";
import { isRecordId } from "../../deletion/record-id.ts";
import { fail, ok, type Result } from "../../deletion/result.ts";
import { preferredType } from "../accept.ts";
import type { Context } from "../context.ts";
import { readQuery, timeOrDaySchema } from "../input.ts";
import { type Problem, problem, retryAfter } from "../problem.ts";
import { unreachable } from "../requested.ts";
import { csv, ndjson, type RowFormat } from "./export.ts";
import type { Handler } from "./handler.ts";

const defaultLimit = 50;
const largestLimit = 1000;

const id = v.pipe(v.string(), v.check(isCloudflareId, "must be 32 hex digits or a dashed UUID, in lower case"));
export const listEntries = {
	limit: v.optional(
		v.pipe(
			v.string(),
			v.regex(/^[1-9]\d{0,3}$/, `must be a number from 1 to ${largestLimit}`),
			v.transform(Number),
			v.maxValue(largestLimit, `must be at most ${largestLimit}`),
		),
	),
	cursor: v.optional(v.pipe(v.string(), v.nonEmpty("must not be empty"))),
	state: v.optional(v.picklist(states, `must be among ${states.join(", ")}`)),
	binding: v.optional(id),
	prefix: v.optional(id),
	actor: v.optional(v.pipe(v.string(), v.nonEmpty("must not be empty"), v.maxLength(200, "is too long"))),
	door: v.optional(v.picklist(doors, `must be among ${doors.join(", ")}`)),
	since: v.optional(timeOrDaySchema),
	until: v.optional(timeOrDaySchema),
};

const formats: Record<string, RowFormat> = { "application/x-ndjson": ndjson, "text/csv": csv };

export const listDeletions: Handler = async (request, context) => {
	const url = context.url;
	const query = readQuery(url, listEntries);
	if (!query.ok) return query;
	const {
		limit = defaultLimit,
		cursor = null,
		state = null,
		binding = null,
		prefix = null,
		actor = null,
		door = null,
	} = query.value;
	const { since = null, until = null } = query.value;
	if (since !== null && until !== null && since > until)
		return fail(problem("invalid_request", 'The parameter "since" is later than "until".'));
	const filter: HistoryFilter = {
		state,
		actor,
		door,
		bindingId: binding,
		prefixId: prefix,
		sinceMs: since,
		untilMs: until,
	};
	const format = formats[preferredType(request.headers.get("accept"), ["application/json", ...Object.keys(formats)])];
	if (format !== undefined) return exported(format, filter, cursor, context);

	// Only the newest page is asked for again and again, so only it has an ETag.
	const unless = cursor === null ? versionIn(request.headers.get("if-none-match")) : null;
	const page = await context.history.page({ filter, limit, cursor, unless });
	if (!page.ok) return fail(unreadable(page.failure));
	if (page.value === null) return ok(new Response(null, { status: 304, headers: { etag: `W/"${unless}"` } }));

	const { rows, next, version } = page.value;
	const headers = {
		vary: "Accept",
		...(version === null || cursor !== null ? {} : { etag: `W/"${version}"` }),
		...(next === null ? {} : { link: `<${nextUrl(url, next)}>; rel="next"` }),
	};
	return ok(Response.json({ deletions: rows, next, stale: version === null }, { headers }));
};

export const showDeletion: Handler = async (request, context) => {
	const query = readQuery(context.url, {});
	if (!query.ok) return query;
	const recordId = request.params.id ?? "";
	const notFound = problem("deletion_not_found", "There is no deletion with this id.");
	if (!isRecordId(recordId)) return fail(notFound);
	const read = await context.history.record(recordId);
	if (read.kind === "none") return fail(notFound);
	if (read.kind === "unavailable") return fail(unreachable);
	const headers = { "content-type": "application/json", ...staleness(read.stale) };
	return ok(new Response(read.text, { headers }));
};

/** For answers that have no member of their own for it. */
export const staleness = (stale: boolean): Record<string, string> => (stale ? { "x-unbind-stale": "true" } : {});

export function unreadable(failure: "bad_cursor" | "unavailable" | "busy"): Problem {
	if (failure === "busy") return tooManyReads;
	return failure === "bad_cursor" ? badCursor : unreachable;
}

const tooManyReads = problem(
	"too_many_reads",
	"You have too many reads of the history under way. Try again in a second.",
	{},
	retryAfter(1),
);

const badCursor = problem(
	"invalid_request",
	'The parameter "cursor" is none that this list gave, or was given with other filters.',
);

/**
 * Streams page after page, so that its size does not matter to the Worker. Whether it may be stale is told before its
 * first line; what cannot be read later on breaks it off, so that nobody takes a part of the file for the whole.
 */
export async function exported(
	format: RowFormat,
	filter: HistoryFilter,
	cursor: string | null,
	context: Context,
): Promise<Result<Response, Problem>> {
	const pageAt = (at: string | null) => context.history.page({ filter, limit: largestLimit, cursor: at, unless: null });
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

export const versionIn = (ifNoneMatch: string | null): string | null =>
	/"([\w-]{1,60})"/.exec(ifNoneMatch ?? "")?.[1] ?? null;

/** The path and query alone: the address by which the caller came is its own affair. */
function nextUrl(url: URL, cursor: string): string {
	const next = new URL(url);
	next.searchParams.set("cursor", cursor);
	return `${next.pathname}${next.search}`;
}
