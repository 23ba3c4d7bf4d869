// One deletion as a page, and what people do about it there. While it can change by itself the page polls; a poll that finds
// no change costs one call to the Ledger.

import type { IRequest } from "itty-router";
import * as v from "valibot";
import { type Deletion, isOpen, resolutionOutcomes } from "../../deletion/record/deletion.ts";
import { joinedWords } from "../../deletion/record/joined.ts";
import { isRecordId } from "../../deletion/record/record-id.ts";
import { fail, ok, type Result } from "../../deletion/result.ts";
import { noSettling } from "../../deletion/settling.ts";
import type { Option } from "../../deletion/steps/options.ts";
import type { Context } from "../context.ts";
import { othersShown, pageWaitMs } from "../limits.ts";
import { failureProblem, unreachableProblem } from "../reply/failure.ts";
import type { Problem } from "../reply/problem.ts";
import { type ChangeRefusal, changeDeletion, noSuchDeletion, resolveDeletion } from "../request/change.ts";
import { versionIn } from "../request/etag.ts";
import { readQuery, reasonSchema } from "../request/input.ts";
import { type Change, changeDoor, type Page } from "./door.tsx";
import { historyFilterOf, noFilter } from "./filter.ts";
import { keptIn, type Refilled } from "./form.ts";
import { html, seeOther } from "./html.ts";
import { glance, presentOf } from "./present.ts";
import { settlingSentence } from "./settling.ts";
import type { Viewer } from "./viewer.ts";
import { RecordPage } from "./views/record.tsx";

const notFound = failureProblem(noSuchDeletion);
const marker = v.optional(v.literal("true", 'must be "true"'));

export const showRecord: Page = async (request, context, viewer) => {
	const query = readQuery(context.url, { joined: marker, review: marker });
	if (!query.ok) return query;
	const { joined, review } = query.value;
	return recordPage(request, context, viewer, keptIn({}), {
		hasJoined: joined !== undefined,
		isReview: review !== undefined,
	});
};

async function recordPage(
	request: IRequest,
	context: Context,
	viewer: Viewer,
	refill: Refilled,
	{ hasJoined, isReview } = { hasJoined: false, isReview: false },
): Promise<Result<Response, Problem>> {
	const id = request.params.id ?? "";
	if (!isRecordId(id)) return fail(notFound);
	const unless = versionIn(request.headers.get("if-none-match"));
	const overview = await glance(context, { unless });
	const changes = overview?.changes ?? null;
	if (changes?.recent === null) return ok(new Response(null, { status: 304, headers: { etag: `W/"${unless}"` } }));
	const deletion = await recordOf(id, context);
	if (!deletion.ok) return deletion;
	const others = await othersOf(deletion.value, context);
	const etag = changes === null ? null : `W/"${changes.version}"`;
	const goesOn = isOpen(deletion.value) || isBeingRestored(deletion.value);
	return ok(
		html(
			<RecordPage
				deletion={deletion.value}
				others={others}
				viewer={viewer}
				present={presentOf(overview)}
				live={goesOn && refill.isEmpty ? etag : null}
				refill={refill}
				joined={hasJoined ? joinedWords(deletion.value) : null}
				isReview={isReview}
				settling={settlingSentence(overview?.settling ?? noSettling)}
			/>,
			refill.isEmpty ? 200 : 400,
			etag === null ? {} : { etag },
		),
	);
}

const isBeingRestored = ({ restoration }: Deletion): boolean =>
	restoration?.state === "restoring" || restoration?.state === "unknown";

async function recordOf(id: string, context: Context): Promise<Result<Deletion, Problem>> {
	const read = await context.history.record(id);
	// Written by the Ledger alone, from a `Deletion`.
	if (read.kind === "record") return ok(JSON.parse(read.text));
	return fail(read.kind === "none" ? notFound : unreachableProblem);
}

async function othersOf({ id, binding }: Deletion, context: Context) {
	if (binding === null) return [];
	const conditions = [{ field: "binding_id" as const, is: true, value: binding.id }];
	const page = await context.history.page({
		filter: historyFilterOf({ ...noFilter, conditions }, Date.now()),
		limit: othersShown + 1,
		cursor: null,
		unless: null,
	});
	return (page.ok ? (page.value?.rows ?? []) : []).filter((row) => row.id !== id).slice(0, othersShown);
}

/** Then redirects to the record, which shows the result. */
export const changeRecord = (option: Option) =>
	changeDoor({}, async (request, { ledger }, { actor }) => {
		const id = request.params.id ?? "";
		return onRecord(id, await changeDeletion(option, id, { actor, ledger, waitMs: pageWaitMs }));
	});

const resolutionEntries = { outcome: v.picklist(resolutionOutcomes), note: reasonSchema };

const resolveByForm: Change<typeof resolutionEntries> = async (request, { ledger }, { actor }, { outcome, note }) => {
	const id = request.params.id ?? "";
	return onRecord(id, await resolveDeletion(id, { outcome, note }, { actor, ledger }));
};

export const resolveRecord = changeDoor(resolutionEntries, resolveByForm, {
	fields: ["outcome", "note"],
	show: recordPage,
});

const onRecord = (id: string, changed: Result<Deletion, ChangeRefusal>): Result<Response, Problem> =>
	changed.ok ? ok(seeOther(`/records/${id}`)) : fail(failureProblem(changed.failure, { deletion_id: id }));
