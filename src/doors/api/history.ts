// The history: one page, all of it as a stream, or one record. Reads KV, and the Ledger for what KV does not have yet. If one
// of them cannot be read, it serves what the other has and says that it may be stale.

import * as v from "valibot";
import { doors } from "../../deletion/record/actor.ts";
import { states } from "../../deletion/record/deletion.ts";
import type { HistoryFilter } from "../../deletion/record/history.ts";
import { isRecordId } from "../../deletion/record/record-id.ts";
import { fail, ok } from "../../deletion/result.ts";
import { noSuchRecord } from "../../deletion/steps/decisions.ts";
import { rowsAtMost, rowsByDefault } from "../limits.ts";
import { csv, exported, linkToNext, ndjson, preferredFormat, staleness, unreadable } from "../reply/export.ts";
import { failureProblem, unreachableProblem } from "../reply/failure.ts";
import { problem } from "../reply/problem.ts";
import { versionIn } from "../request/etag.ts";
import { idSchema, limitSchema, timeOrDaySchema } from "../request/input.ts";
import { withQuery } from "../token-door.ts";

export const listEntries = {
	limit: v.optional(limitSchema(rowsAtMost)),
	cursor: v.optional(v.pipe(v.string(), v.nonEmpty("must not be empty"))),
	state: v.optional(v.picklist(states, `must be among ${states.join(", ")}`)),
	binding: v.optional(idSchema),
	prefix: v.optional(idSchema),
	actor: v.optional(v.pipe(v.string(), v.nonEmpty("must not be empty"), v.maxLength(200, "is too long"))),
	door: v.optional(v.picklist(doors, `must be among ${doors.join(", ")}`)),
	since: v.optional(timeOrDaySchema),
	until: v.optional(timeOrDaySchema),
};

export const listDeletions = withQuery(listEntries, async (request, context, _actor, query) => {
	const { limit = rowsByDefault, cursor = null, since = null, until = null } = query;
	if (since !== null && until !== null && since > until)
		return fail(problem("invalid_request", 'The parameter "since" is later than "until".'));
	const filter: HistoryFilter = {
		state: query.state ?? null,
		actor: query.actor ?? null,
		door: query.door ?? null,
		bindingId: query.binding ?? null,
		prefixId: query.prefix ?? null,
		sinceMs: since,
		untilMs: until,
	};
	const format = preferredFormat(request.headers.get("accept"), { ndjson, csv });
	if (format !== null) return exported(format, filter, cursor, context);

	// Clients poll only the newest page, so only it has an ETag.
	const unless = cursor === null ? versionIn(request.headers.get("if-none-match")) : null;
	const page = await context.history.page({ filter, limit, cursor, unless });
	if (!page.ok) return fail(unreadable(page.failure));
	if (page.value === null) return ok(new Response(null, { status: 304, headers: { etag: `W/"${unless}"` } }));

	const { rows, next, version } = page.value;
	const headers = {
		vary: "Accept",
		...(version === null || cursor !== null ? {} : { etag: `W/"${version}"` }),
		...linkToNext(context.url, next),
	};
	return ok(Response.json({ deletions: rows, next, stale: version === null }, { headers }));
});

export const showDeletion = withQuery({}, async (request, context) => {
	const recordId = request.params.id ?? "";
	const notFound = failureProblem(noSuchRecord);
	if (!isRecordId(recordId)) return fail(notFound);
	const read = await context.history.record(recordId);
	if (read.kind === "none") return fail(notFound);
	if (read.kind === "unavailable") return fail(unreachableProblem);
	const headers = { "content-type": "application/json", ...staleness(read.stale) };
	return ok(new Response(read.text, { headers }));
});
