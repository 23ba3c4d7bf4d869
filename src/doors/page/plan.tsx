// One binding: what deleting it would do, and the form that does it. The form holds the plan's snapshot, so that what is
// deleted is what was shown; and a key of its own, so that it is one request however often it is sent.

import type { IRequest } from "itty-router";
import * as v from "valibot";
import { fail, ok } from "../../deletion/result.ts";
import { failureProblem } from "../reply/failure.ts";
import { deletionEntries, requestDeletion, wishOf } from "../request/deletion.ts";
import { readQuery, reasonSchema } from "../request/input.ts";
import { targetInPath } from "../request/named-target.ts";
import { changeDoor, type Page } from "./door.tsx";
import { html, seeOther } from "./html.ts";
import { glance, presentOf } from "./present.ts";
import { utcMinute } from "./utc-minute.ts";
import { PlanPage } from "./views/plan.tsx";

/** What a form was filled in with, which the way in has kept. */
const typedEntries = { reason: v.optional(reasonSchema), not_before: v.optional(v.pipe(v.string(), v.maxLength(40))) };

const waitSeconds = 3;
/** In the plan, in the place of the reason that the form will ask for. */
const reasonToCome = "to be given";

export const showPlan: Page = async (request, context, viewer) => {
	const target = targetInPath(request.params.target ?? "", context);
	if (!target.ok) return target;
	const query = readQuery(context.url, typedEntries);
	if (!query.ok) return query;
	const wish = wishOf(viewer.actor, target.value, { reason: reasonToCome });
	const [plan, overview] = await Promise.all([context.ledger.plan({ ...wish, ifMatch: null }), glance(context)]);
	if (!plan.ok) return fail(failureProblem(plan.failure));
	const page = (
		<PlanPage
			plan={plan.value}
			viewer={viewer}
			present={presentOf(overview)}
			formKey={crypto.randomUUID()}
			typed={query.value}
			nowMs={Date.now()}
		/>
	);
	return ok(html(page));
};

const entries = {
	...deletionEntries,
	not_before: v.optional(utcMinute),
	key: v.pipe(v.string(), v.regex(/^[0-9a-f-]{36}$/)),
	if_match: v.pipe(v.string(), v.regex(/^[0-9a-f.]{1,100}$/)),
};

export const deleteBinding = changeDoor(entries, async (request: IRequest, context, { actor }, fields) => {
	const target = targetInPath(request.params.target ?? "", context);
	if (!target.ok) return target;
	const headers = new Headers({
		"idempotency-key": `page:${fields.key}`,
		"if-match": `"${fields.if_match}"`,
		prefer: `wait=${waitSeconds}`,
	});
	const { reason, acknowledge, not_before } = fields;
	const wish = wishOf(actor, target.value, { reason, acknowledge, not_before });
	const admitted = await requestDeletion(wish, { headers }, context);
	if (!admitted.ok) return admitted;
	const { deletion, joined = false } = admitted.value;
	return ok(seeOther(`/records/${deletion.id}${joined ? "?joined=true" : ""}`));
});
