// The entrance to the pages. Shows a page to a viewer who may read; makes a change only if the form is unbind's own. Strangers
// get the sign-in page and nothing else. Each page is a file beside this one, from its query to its HTML; parts/ has what they
// are made of.

import type { IRequest } from "itty-router";
import * as v from "valibot";
import { fail, type Result } from "../../deletion/result.ts";
import { lacks } from "../auth/authenticate.ts";
import { isSame } from "../auth/session.ts";
import type { Context } from "../context.ts";
import { type Problem, problem } from "../reply/problem.ts";
import type { Read } from "../request/input.ts";
import { fieldsOf, isFromOwnOrigin, type Refilled, readFields, refilled } from "./form.ts";
import { strangerPage } from "./stranger.tsx";
import { troublePage } from "./trouble.tsx";
import { type Viewer, viewerOf } from "./viewer.ts";

/** A page or a redirect, or why there is none. */
export type Shown = Promise<Result<Response, Problem>>;
export type Page = (request: IRequest, context: Context, viewer: Viewer) => Shown;
type Change<E extends v.ObjectEntries> = (
	request: IRequest,
	context: Context,
	viewer: Viewer,
	fields: Read<E & typeof ownEntries>,
) => Shown;

/** Shows the form again, with what was typed and what is wrong with it. */
interface Again {
	/** The fields that can show a mistake. */
	fields: readonly string[];
	show(request: IRequest, context: Context, viewer: Viewer, refill: Refilled): Shown;
}

const ownEntries = { form_token: v.optional(v.string(), "") };

export const pageDoor =
	(show: Page) =>
	(request: IRequest, context: Context): Promise<Response> =>
		withViewer(request, context, async (viewer) => {
			const missing = lacks(viewer.actor, "read");
			return missing === null ? show(request, context, viewer) : fail(missing);
		});

/** @param change is called only with fields that unbind's own form sent, of this session. */
export const changeDoor =
	<E extends v.ObjectEntries>(entries: E, change: Change<E>, again: Again | null = null) =>
	(request: IRequest, context: Context): Promise<Response> =>
		withViewer(request, context, async (viewer) => {
			const sent = await ownForm(request, viewer);
			if (!sent.ok) return sent;
			const fields = readFields(sent.value, { ...entries, ...ownEntries });
			const done = fields.ok ? await change(request, context, viewer, fields.value) : fields;
			const fault = done.ok ? undefined : done.failure.fault;
			if (done.ok || fault === undefined || !again?.fields.includes(fault.field)) return done;
			return again.show(request, context, viewer, refilled(sent.value, done.failure));
		});

async function withViewer(request: Request, context: Context, show: (viewer: Viewer) => Shown): Promise<Response> {
	const viewer = await viewerOf(request, context);
	if (!viewer.ok) return strangerPage(viewer.failure, request, context);
	const shown = await show(viewer.value);
	return shown.ok ? shown.value : troublePage(shown.failure, viewer.value, context.requestId);
}

async function ownForm(request: Request, { formToken }: Viewer): Promise<Result<URLSearchParams, Problem>> {
	const foreign = fail(
		problem(
			"foreign_form",
			"This form did not come from unbind, or it is from an earlier session. Nothing was done. Open the page again.",
		),
	);
	if (!isFromOwnOrigin(request)) return foreign;
	const fields = await fieldsOf(request);
	if (!fields.ok) return fields;
	const [token = "", ...others] = fields.value.getAll("form_token");
	return isSame(token, formToken) && others.length === 0 ? fields : foreign;
}
