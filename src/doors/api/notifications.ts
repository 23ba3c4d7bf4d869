// What unbind sent to its destinations, what waits, and how each of them is doing. Operators can send a test, or something once
// more; the core decides whether they may.
import * as v from "valibot";
import { isRecordId } from "../../deletion/record/record-id.ts";
import { fail, ok, type Result } from "../../deletion/result.ts";
import { type Delivery, deliveryStates, type NotificationRefusal } from "../../notify/delivery.ts";
import { failureProblem, tooManyReads } from "../reply/failure.ts";
import { type Problem, problem } from "../reply/problem.ts";
import { readJson, readQuery, refuseBody } from "../request/input.ts";
import type { Handler } from "./handler.ts";

const shownAtOnce = 50;
const largestLimit = 200;

const destinationName = v.pipe(
	v.string("must be a string"),
	v.regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/, "must be a destination's name"),
);

export const notificationsEntries = {
	destination: v.optional(destinationName),
	state: v.optional(v.picklist(deliveryStates, `must be among ${deliveryStates.join(", ")}`)),
	cursor: v.optional(v.pipe(v.string(), v.check(isRecordId, "must be the next of an earlier answer"))),
	limit: v.optional(
		v.pipe(
			v.string(),
			v.regex(/^[1-9]\d{0,2}$/, `must be a number from 1 to ${largestLimit}`),
			v.transform(Number),
			v.maxValue(largestLimit, `must be at most ${largestLimit}`),
		),
	),
};

export const listNotifications: Handler = async (_request, { url, ledger, caller }) => {
	const query = readQuery(url, notificationsEntries);
	if (!query.ok) return query;
	const { destination = null, state = null, cursor = null, limit = shownAtOnce } = query.value;
	const known = await ledger.notifications({ destination, state, afterId: cursor, atMost: limit, caller });
	if (!known.ok) return fail(failureProblem(known.failure));
	if (known.value === null) return fail(tooManyReads);
	const { deliveries, next, destinations } = known.value;
	const headers = next === null ? {} : { link: `<${nextUrl(url, next)}>; rel="next"` };
	return ok(Response.json({ notifications: deliveries, next, destinations }, { headers }));
};

/** Path and query only, because the caller may use another host name than the Worker sees. */
function nextUrl(url: Readonly<URL>, cursor: string): string {
	const next = new URL(url);
	next.searchParams.set("cursor", cursor);
	return `${next.pathname}${next.search}`;
}

export const testDestination: Handler = async (request, { url, ledger }, actor) => {
	const query = readQuery(url, {});
	if (!query.ok) return query;
	const body = await readJson(request, { destination: destinationName });
	if (!body.ok) return body;
	return answerOf(await ledger.sendTest(body.value.destination, actor));
};

export const redeliver: Handler = async (request, { url, ledger }, actor) => {
	const query = readQuery(url, {});
	if (!query.ok) return query;
	const body = await refuseBody(request);
	if (!body.ok) return body;
	const id = request.params.id ?? "";
	if (!isRecordId(id)) return fail(problem("not_found", "There is no notification with this id."));
	return answerOf(await ledger.redeliver(id, actor));
};

/** 202 while it waits for its next attempt. */
function answerOf(
	sent: Result<Delivery, Parameters<typeof failureProblem>[0] | NotificationRefusal>,
): Result<Response, Problem> {
	if (!sent.ok) return fail(failureProblem(sent.failure));
	return ok(Response.json(sent.value, { status: sent.value.state === "waiting" ? 202 : 200 }));
}
