// The kill switch: while it is on, nothing is deleted through any door. What waits goes on when it is lifted.

import * as v from "valibot";
import { type Actor, partyOf } from "../../deletion/actor.ts";
import { at } from "../../deletion/deletion.ts";
import type { Freeze } from "../../deletion/freeze.ts";
import { fail, ok, type Result } from "../../deletion/result.ts";
import { ask } from "../ask.ts";
import type { Context } from "../context.ts";
import { readJson, readQuery, reasonSchema, refuseBody, timeSchema } from "../input.ts";
import { notTurned } from "../not-turned.ts";
import { type Problem, problem } from "../problem.ts";
import { unreachable } from "../requested.ts";
import type { Handler } from "./handler.ts";

export const freezeEntries = { reason: reasonSchema, until: v.optional(timeSchema) };

export const showFreeze: Handler = async (_request, context) => {
	const query = readQuery(context.url, {});
	if (!query.ok) return query;
	const known = await ask(context.requestId, () => context.ledger.freezes());
	if (!known.ok) return fail(unreachable);
	return ok(Response.json({ ...answerOf(known.value.freeze), waiting: known.value.waiting, log: known.value.log }));
};

export const putFreeze: Handler = async (request, context, actor) => {
	const query = readQuery(context.url, {});
	if (!query.ok) return query;
	const body = await readJson(request, freezeEntries);
	if (!body.ok) return body;
	const { reason, until = null } = body.value;
	const nowMs = Date.now();
	if (until !== null && until <= nowMs)
		return fail(problem("invalid_request", 'The field "until" must be in the future.'));
	return set(
		{ reason, by: partyOf(actor), since: at(nowMs), until: until === null ? null : at(until) },
		actor,
		context,
	);
};

export const liftFreeze: Handler = async (request, context, actor) => {
	const query = readQuery(context.url, {});
	if (!query.ok) return query;
	const body = await refuseBody(request);
	return body.ok ? set(null, actor, context) : body;
};

async function set(freeze: Freeze | null, { name, door }: Actor, context: Context): Promise<Result<Response, Problem>> {
	const result = await ask(context.requestId, () => context.ledger.setFreeze(freeze, { name, door }));
	if (!result.ok) return fail(unreachable);
	if (result.value.ok) return ok(Response.json(answerOf(result.value.value)));
	return fail(problem("conflict", notTurned(freeze), { freeze: answerOf(result.value.failure) }));
}

const answerOf = (freeze: Freeze | null) => ({
	frozen: freeze !== null,
	reason: null,
	by: null,
	since: null,
	until: null,
	...freeze,
});
