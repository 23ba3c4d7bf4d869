// One deletion: the request, its outcome, how it got there, and what people can still do about it. Chat and webhooks link here.
// While it can change by itself the page polls; a poll that finds no change costs one call to the Ledger.

import type { IRequest } from "itty-router";
import * as v from "valibot";
import { type Deletion, isOpen, resolutionOutcomes, type Summary } from "../../deletion/record/deletion.ts";
import { joinedWords } from "../../deletion/record/in-words.ts";
import { isRecordId } from "../../deletion/record/record-id.ts";
import { fail, ok, type Result } from "../../deletion/result.ts";
import { noSettling } from "../../deletion/settling-times.ts";
import { noSuchRecord } from "../../deletion/steps/decisions.ts";
import type { Option } from "../../deletion/steps/options.ts";
import { isResolvable } from "../../deletion/steps/resolution.ts";
import type { Context } from "../context.ts";
import { othersShown, pageWaitMs } from "../limits.ts";
import { failureProblem, type LedgerFailure, unreachableProblem } from "../reply/failure.ts";
import type { Problem } from "../reply/problem.ts";
import { changeDeletion, resolveDeletion } from "../request/change.ts";
import { versionIn } from "../request/etag.ts";
import { readQuery, reasonSchema } from "../request/input.ts";
import { changeDoor, type Page, type Shown } from "./door.tsx";
import { historyFilterOf, noFilter } from "./filter.ts";
import { keptIn, type Refilled } from "./form.ts";
import { glance } from "./glance.ts";
import { etagOf, html, notModified, seeOther } from "./html.ts";
import { Layout } from "./parts/layout.tsx";
import { StateMark } from "./parts/marks.tsx";
import { Options, Resolve } from "./parts/options.tsx";
import { RecordFacts } from "./parts/record-facts.tsx";
import { OtherDeletions, WhatHappened } from "./parts/record-sections.tsx";
import { StateNotice } from "./parts/state-notice.tsx";
import type { Viewer } from "./viewer.ts";
import { nameOf, settlingSentence } from "./words.ts";

const notFound = failureProblem(noSuchRecord);
const marker = v.optional(v.literal("true", 'must be "true"'));

export const showRecord: Page = async (request, context, viewer) => {
	const query = readQuery(context.url, { joined: marker, review: marker });
	return query.ok ? recordPage(request, context, viewer, keptIn({}), query.value) : query;
};

interface Came {
	/** With a request that joined this deletion. */
	joined?: "true" | undefined;
	/** To approve it. */
	review?: "true" | undefined;
}

async function recordPage(
	request: IRequest,
	context: Context,
	viewer: Viewer,
	refill: Refilled,
	{ joined, review }: Came = {},
): Shown {
	const { id = "" } = request.params;
	if (!isRecordId(id)) return fail(notFound);
	const unless = versionIn(request.headers.get("if-none-match"));
	const overview = await glance(context, { unless });
	const changes = overview?.changes ?? null;
	if (changes?.recent === null) return ok(notModified(unless));
	const read = await recordOf(id, context);
	if (!read.ok) return read;
	const deletion = read.value;
	const { binding, state, restoration } = deletion;
	const others = binding === null ? [] : await othersOf(binding.id, id, context);
	const etag = changes === null ? null : etagOf(changes.version);
	const isBeingRestored = restoration?.state === "restoring" || restoration?.state === "unknown";
	const live = (isOpen(deletion) || isBeingRestored) && refill.isEmpty ? etag : null;
	const notice = joined === undefined ? null : joinedWords(deletion);
	const page = (
		<Layout
			title={nameOf(deletion)}
			beside={[<StateMark state={state} />, live !== null && <a href={`/records/${id}`}>Reload</a>]}
			part="history"
			viewer={viewer}
			overview={overview}
			live={live}
		>
			{notice !== null && <p class="notice">{notice}</p>}
			<StateNotice deletion={deletion} viewer={viewer} />
			<Options deletion={deletion} viewer={viewer} isReview={review !== undefined} />
			{isResolvable(deletion, viewer.actor) && <Resolve deletion={deletion} viewer={viewer} refill={refill} />}
			<RecordFacts deletion={deletion} settling={settlingSentence(overview?.settling ?? noSettling)} />
			<WhatHappened deletion={deletion} />
			{binding !== null && <OtherDeletions binding={binding} others={others} viewer={viewer} />}
		</Layout>
	);
	return ok(html(page, refill.status, etag === null ? {} : { etag }));
}

async function recordOf(id: string, context: Context): Promise<Result<Deletion, Problem>> {
	const read = await context.history.record(id);
	// Written by the Ledger alone, from a `Deletion`.
	if (read.kind === "record") return ok(JSON.parse(read.text));
	return fail(read.kind === "none" ? notFound : unreachableProblem);
}

/** Newest first. */
async function othersOf(bindingId: string, recordId: string, context: Context): Promise<Summary[]> {
	const conditions = [{ field: "binding_id" as const, is: true, value: bindingId }];
	const page = await context.history.page({
		filter: historyFilterOf({ ...noFilter, conditions }, Date.now()),
		limit: othersShown + 1,
		cursor: null,
		unless: null,
	});
	return (page.ok ? (page.value?.rows ?? []) : []).filter((row) => row.id !== recordId).slice(0, othersShown);
}

export const changeRecord = (option: Option) =>
	changeDoor({}, async (request, { ledger }, { actor }) => {
		const { id = "" } = request.params;
		return toRecord(id, await changeDeletion(option, id, { actor, ledger, waitMs: pageWaitMs }));
	});

export const resolveRecord = changeDoor(
	{ outcome: v.picklist(resolutionOutcomes), note: reasonSchema },
	async (request, { ledger }, { actor }, { outcome, note }) => {
		const { id = "" } = request.params;
		return toRecord(id, await resolveDeletion(id, { outcome, note }, { actor, ledger }));
	},
	{ fields: ["outcome", "note"], show: recordPage },
);

/** The record shows the result. */
const toRecord = (id: string, changed: Result<Deletion, LedgerFailure>): Result<Response, Problem> =>
	changed.ok ? ok(seeOther(`/records/${id}`)) : fail(failureProblem(changed.failure, { deletion_id: id }));
