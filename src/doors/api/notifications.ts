// What unbind sent to its destinations, what waits, and how each of them is doing. Operators can send a test, or something once
// more; the core decides whether they may.
import * as v from "valibot";
import { isRecordId } from "../../deletion/record/record-id.ts";
import { fail, ok, type Result } from "../../deletion/result.ts";
import { type Delivery, deliveryStates } from "../../notify/delivery.ts";
import { notificationsAtMost, rowsByDefault } from "../limits.ts";
import { linkToNext } from "../reply/export.ts";
import { failureProblem, type LedgerFailure, tooManyReads } from "../reply/failure.ts";
import { type Problem, problem } from "../reply/problem.ts";
import { limitSchema } from "../request/input.ts";
import { withBody, withQuery } from "../token-door.ts";

const destinationName = v.pipe(
	v.string("must be a string"),
	v.regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/, "must be a destination's name"),
);

export const notificationsEntries = {
	destination: v.optional(destinationName),
	state: v.optional(v.picklist(deliveryStates, `must be among ${deliveryStates.join(", ")}`)),
	cursor: v.optional(v.pipe(v.string(), v.check(isRecordId, "must be the next of an earlier answer"))),
	limit: v.optional(limitSchema(notificationsAtMost)),
};

export const listNotifications = withQuery(notificationsEntries, async (_request, context, _actor, query) => {
	const { url, ledger, caller } = context;
	const { destination = null, state = null, cursor = null, limit = rowsByDefault } = query;
	const known = await ledger.notifications({ destination, state, afterId: cursor, atMost: limit, caller });
	if (!known.ok) return fail(failureProblem(known.failure));
	if (known.value === null) return fail(tooManyReads);
	const { deliveries, next, destinations } = known.value;
	const headers = linkToNext(url, next);
	return ok(Response.json({ notifications: deliveries, next, destinations }, { headers }));
});

export const testDestination = withBody(
	{ destination: destinationName },
	async (_request, { ledger }, actor, { destination }) => sentAnswer(await ledger.sendTest(destination, actor)),
);

export const redeliver = withQuery({}, async (request, { ledger }, actor) => {
	const id = request.params.id ?? "";
	if (!isRecordId(id)) return fail(problem("not_found", "There is no notification with this id."));
	return sentAnswer(await ledger.redeliver(id, actor));
});

/** 202 while it waits for its next attempt. */
function sentAnswer(sent: Result<Delivery, LedgerFailure>): Result<Response, Problem> {
	if (!sent.ok) return fail(failureProblem(sent.failure));
	return ok(Response.json(sent.value, { status: sent.value.state === "waiting" ? 202 : 200 }));
}
