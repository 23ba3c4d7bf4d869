// One binding: what deleting it would do, and the form that deletes it. The form holds the plan's snapshot, so only what was
// shown can be deleted, and its own key, so it counts as one request however often it is sent.

import * as v from "valibot";
import type { Target } from "../../deletion/address/target.ts";
import { fail, ok, type Result } from "../../deletion/result.ts";
import type { Context } from "../context.ts";
import { pageWaitMs } from "../limits.ts";
import { failureProblem } from "../reply/failure.ts";
import type { Problem } from "../reply/problem.ts";
import { deletionEntries, requestDeletion, wishOf } from "../request/deletion.ts";
import { readQuery, reasonSchema } from "../request/input.ts";
import { targetInPath } from "../request/named-target.ts";
import { type Again, type Change, changeDoor, type Page } from "./door.tsx";
import { keptIn, type Refilled, utcMinute } from "./form.ts";
import { html, seeOther } from "./html.ts";
import { glance, presentOf } from "./present.ts";
import type { Viewer } from "./viewer.ts";
import { PlanPage } from "./views/plan.tsx";

/** What the user typed into the form before signing in. */
const typedEntries = { reason: v.optional(reasonSchema), not_before: v.optional(v.pipe(v.string(), v.maxLength(40))) };

/** Stands in for the reason until the form asks for it. */
const reasonToCome = "to be given";

export const showPlan: Page = async (request, context, viewer) => {
	const target = targetInPath(request.params.target ?? "", context);
	if (!target.ok) return target;
	const query = readQuery(context.url, typedEntries);
	return query.ok ? planPage(target.value, context, viewer, crypto.randomUUID(), keptIn(query.value)) : query;
};

async function planPage(
	target: Target,
	context: Context,
	viewer: Viewer,
	formKey: string,
	refill: Refilled,
	status = 200,
): Promise<Result<Response, Problem>> {
	const wish = wishOf(viewer.actor, target, { reason: reasonToCome });
	const [plan, overview] = await Promise.all([context.ledger.plan({ ...wish, ifMatch: null }), glance(context)]);
	if (!plan.ok) return fail(failureProblem(plan.failure));
	const page = (
		<PlanPage
			plan={plan.value}
			viewer={viewer}
			present={presentOf(overview)}
			formKey={formKey}
			refill={refill}
			nowMs={Date.now()}
		/>
	);
	return ok(html(page, status));
}

const entries = {
	...deletionEntries,
	not_before: v.optional(utcMinute),
	key: v.pipe(v.string(), v.regex(/^[0-9a-f-]{36}$/)),
	if_match: v.pipe(v.string(), v.regex(/^[0-9a-f.]{1,100}$/)),
};

const deleteByForm: Change<typeof entries> = async (request, context, { actor }, fields) => {
	const target = targetInPath(request.params.target ?? "", context);
	if (!target.ok) return target;
	const headers = new Headers({
		"idempotency-key": `page:${fields.key}`,
		"if-match": `"${fields.if_match}"`,
		prefer: `wait=${pageWaitMs / 1000}`,
	});
	const { reason, acknowledge, not_before } = fields;
	const wish = wishOf(actor, target.value, { reason, acknowledge, not_before });
	const admitted = await requestDeletion(wish, { headers }, context);
	if (!admitted.ok) return admitted;
	const { deletion, joined = false } = admitted.value;
	return ok(seeOther(`/records/${deletion.id}${joined ? "?joined=true" : ""}`));
};

const showAgain: Again["show"] = async (request, context, viewer, refill) => {
	const target = targetInPath(request.params.target ?? "", context);
	return target.ok ? planPage(target.value, context, viewer, crypto.randomUUID(), refill, 400) : target;
};

export const deleteBinding = changeDoor(entries, deleteByForm, { fields: ["reason", "not_before"], show: showAgain });
