// The freeze: while it lasts, no door deletes anything. Waiting deletions continue when it is lifted.

import * as v from "valibot";
import { type Freeze, freezeOf } from "../../deletion/judgement/freeze.ts";
import type { Actor } from "../../deletion/record/actor.ts";
import { fail, ok, type Result } from "../../deletion/result.ts";
import type { Context } from "../context.ts";
import { failureProblem } from "../reply/failure.ts";
import { shownFreeze } from "../reply/freeze.ts";
import type { Problem } from "../reply/problem.ts";
import { readJson, readQuery, reasonSchema, refuseBody, timeSchema } from "../request/input.ts";
import type { Handler } from "./handler.ts";

export const freezeEntries = { reason: reasonSchema, until: v.optional(timeSchema) };

export const showFreeze: Handler = async (_request, context) => {
	const query = readQuery(context.url, {});
	if (!query.ok) return query;
	const known = await context.ledger.freezes();
	if (!known.ok) return fail(failureProblem(known.failure));
	const { freeze, waiting, log } = known.value;
	return ok(Response.json({ ...shownFreeze(freeze), waiting, log }));
};

export const putFreeze: Handler = async (request, context, actor) => {
	const query = readQuery(context.url, {});
	if (!query.ok) return query;
	const body = await readJson(request, freezeEntries);
	if (!body.ok) return body;
	const { reason, until = null } = body.value;
	return set(freezeOf(reason, until, actor, Date.now()), actor, context);
};

export const liftFreeze: Handler = async (request, context, actor) => {
	const query = readQuery(context.url, {});
	if (!query.ok) return query;
	const body = await refuseBody(request);
	return body.ok ? set(null, actor, context) : body;
};

async function set(freeze: Freeze | null, actor: Actor, { ledger }: Context): Promise<Result<Response, Problem>> {
	const set = await ledger.setFreeze(freeze, actor);
	return set.ok ? ok(Response.json(shownFreeze(set.value))) : fail(failureProblem(set.failure));
}
