// Many restorations under one request: asked for by naming each record, and followed by the request's id. The core decides who
// may restore what.

import * as v from "valibot";
import { restorationsAtMost } from "../../deletion/limits.ts";
import { isRecordId } from "../../deletion/record/record-id.ts";
import type { Restorations } from "../../deletion/restorations/restorations.ts";
import { fail, ok } from "../../deletion/result.ts";
import { manyAgainSeconds } from "../limits.ts";
import { problem, retryAfter } from "../reply/problem.ts";
import { idempotencyKeyOf } from "../request/deletion.ts";
import { reasonSchema } from "../request/input.ts";
import { readInTurn } from "../request/turns.ts";
import { withBody, withQuery } from "../token-door.ts";

export const restorationsEntries = {
	deletions: v.pipe(
		v.array(v.string("must be a list of ids"), "must be a list of ids"),
		v.minLength(1, "must name at least one record"),
		v.maxLength(restorationsAtMost, `must name at most ${restorationsAtMost} records`),
	),
	reason: v.optional(reasonSchema),
};

export const postRestorations = withBody(restorationsEntries, async (request, context, actor, body) => {
	const key = idempotencyKeyOf(request.headers);
	if (!key.ok) return key;
	const { deletions, reason = null } = body;
	const command = { deletions, reason, actor, key: key.value };
	// It takes turns like a read: however often it is repeated, each answer lists all of them.
	const received = await readInTurn("restorations", context, () => context.ledger.restoreMany(command));
	if (!received.ok) return received;
	const headers = { location: `/restorations/${received.value.id}`, ...askAgain(received.value) };
	return ok(Response.json(received.value, { status: received.value.state === "done" ? 200 : 202, headers }));
});

export const showRestorations = withQuery({}, async (request, context) => {
	const id = request.params.id ?? "";
	if (!isRecordId(id)) return fail(noSuchRestorations);
	const known = await readInTurn("restorations", context, () => context.ledger.restorations(id));
	if (!known.ok) return known;
	if (known.value === null) return fail(noSuchRestorations);
	return ok(Response.json(known.value, { headers: askAgain(known.value) }));
});

const askAgain = ({ state }: Restorations): { "retry-after"?: string } =>
	state === "done" ? {} : retryAfter(manyAgainSeconds);

const noSuchRestorations = problem(
	"not_found",
	"There are no restorations with this id. unbind keeps them for a week after the last one is settled.",
);
