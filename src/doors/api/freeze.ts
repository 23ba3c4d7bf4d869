// The freeze: while it lasts, no door deletes anything. Waiting deletions continue when it is lifted.

import * as v from "valibot";
import { type Freeze, freezeOf } from "../../deletion/judgement/freeze.ts";
import type { Actor } from "../../deletion/record/actor.ts";
import { fail, ok, type Result } from "../../deletion/result.ts";
import type { Context } from "../context.ts";
import { failureProblem } from "../reply/failure.ts";
import { shownFreeze } from "../reply/freeze.ts";
import type { Problem } from "../reply/problem.ts";
import { reasonSchema, timeSchema } from "../request/input.ts";
import { withBody, withQuery } from "../token-door.ts";

export const freezeEntries = { reason: reasonSchema, until: v.optional(timeSchema) };

export const showFreeze = withQuery({}, async (_request, { ledger }) => {
	const known = await ledger.freezes();
	if (!known.ok) return fail(failureProblem(known.failure));
	const { freeze, waiting, log } = known.value;
	return ok(Response.json({ ...shownFreeze(freeze), waiting, log }));
});

export const putFreeze = withBody(freezeEntries, async (_request, context, actor, { reason, until = null }) =>
	set(freezeOf(reason, until, actor, Date.now()), actor, context),
);

export const liftFreeze = withQuery({}, async (_request, context, actor) => set(null, actor, context));

async function set(freeze: Freeze | null, actor: Actor, { ledger }: Context): Promise<Result<Response, Problem>> {
	const set = await ledger.setFreeze(freeze, actor);
	return set.ok ? ok(Response.json(shownFreeze(set.value))) : fail(failureProblem(set.failure));
}
