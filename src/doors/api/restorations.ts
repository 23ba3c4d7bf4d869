// Many restorations under one request: asked for by naming each record, and followed by the request's id. The core decides who
// may restore what.

import * as v from "valibot";
import { restorationsAtMost } from "../../deletion/limits.ts";
import { isRecordId } from "../../deletion/record/record-id.ts";
import type { Restorations } from "../../deletion/restorations/restorations.ts";
import { fail, ok } from "../../deletion/result.ts";
import { manyAgainSeconds, readTurns } from "../limits.ts";
import { failureProblem, tooManyReads } from "../reply/failure.ts";
import { problem, retryAfter } from "../reply/problem.ts";
import { idempotencyKeyOf } from "../request/deletion.ts";
import { readJson, readQuery, reasonSchema } from "../request/input.ts";
import { takeTurn } from "../request/turns.ts";
import type { Handler } from "./handler.ts";

export const restorationsEntries = {
	deletions: v.pipe(
		v.array(v.string("must be a list of ids"), "must be a list of ids"),
		v.minLength(1, "must name at least one record"),
		v.maxLength(restorationsAtMost, `must name at most ${restorationsAtMost} records`),
	),
	reason: v.optional(reasonSchema),
};

export const postRestorations: Handler = async (request, context, actor) => {
	const query = readQuery(context.url, {});
	if (!query.ok) return query;
	const key = idempotencyKeyOf(request.headers);
	if (!key.ok) return key;
	const body = await readJson(request, restorationsEntries);
	if (!body.ok) return body;
	const { deletions, reason = null } = body.value;
	// However often it is repeated, each answer lists all of them.
	const command = { deletions, reason, actor, key: key.value };
	const received = await takeTurn(`restorations/${context.caller}`, readTurns, () =>
		context.ledger.restoreMany(command),
	);
	if (received === null) return fail(tooManyReads);
	return received.ok ? ok(answerOf(received.value)) : fail(failureProblem(received.failure));
};

export const showRestorations: Handler = async (request, context) => {
	const query = readQuery(context.url, {});
	if (!query.ok) return query;
	const id = request.params.id ?? "";
	if (!isRecordId(id)) return fail(noSuchRestorations);
	const read = () => context.ledger.restorations(id);
	const known = await takeTurn(`restorations/${context.caller}`, readTurns, read);
	if (known === null) return fail(tooManyReads);
	if (!known.ok) return fail(failureProblem(known.failure));
	if (known.value === null) return fail(noSuchRestorations);
	const headers = known.value.state === "done" ? {} : retryAfter(manyAgainSeconds);
	return ok(Response.json(known.value, { headers }));
};

function answerOf(restorations: Restorations): Response {
	const location = `/restorations/${restorations.id}`;
	return restorations.state === "done"
		? Response.json(restorations, { headers: { location } })
		: Response.json(restorations, { status: 202, headers: { location, ...retryAfter(manyAgainSeconds) } });
}

const noSuchRestorations = problem(
	"not_found",
	"There are no restorations with this id. unbind keeps them for a week after the last one is settled.",
);
