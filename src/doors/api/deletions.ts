// Deletes a binding: by DELETE on its name, or by POST for callers that can only POST. Both do the same.
import * as v from "valibot";
import { fail, type Result } from "../../deletion/result.ts";
import { lacks } from "../auth/authenticate.ts";
import type { Context } from "../context.ts";
import { answerOf } from "../reply/deletion.ts";
import type { Problem } from "../reply/problem.ts";
import { deletionEntries, ifMatchOf, requestDeletion, sayingWait, type Wish, wishOf } from "../request/deletion.ts";
import { readJson, readQuery, refuseBody } from "../request/input.ts";
import { targetIn, targetInPath } from "../request/named-target.ts";
import { planned } from "./bindings.ts";
import type { Handler } from "./handler.ts";

export const deleteBinding: Handler = async (request, context, actor) => {
	const target = targetInPath(request.params.target ?? "", context);
	if (!target.ok) return target;
	const query = readQuery(context.url, deletionEntries, ["acknowledge"]);
	if (!query.ok) return query;
	const body = await refuseBody(request);
	return body.ok ? deleted(wishOf(actor, target.value, query.value), request, context) : body;
};

export const postEntries = {
	target: v.string("must be a string"),
	...deletionEntries,
	supersede: v.optional(v.boolean("must be true or false")),
	dry_run: v.optional(v.boolean("must be true or false")),
};

export const postDeletion: Handler = async (request, context, actor) => {
	const query = readQuery(context.url, {});
	if (!query.ok) return query;
	const body = await readJson(request, postEntries);
	if (!body.ok) return body;
	const target = targetIn(body.value.target, context);
	if (!target.ok) return target;
	const wish = wishOf(actor, target.value, body.value);
	if (body.value.dry_run !== true) return deleted(wish, request, context);
	const missing = lacks(actor, "delete");
	if (missing !== null) return fail(missing);
	const ifMatch = ifMatchOf(request.headers);
	return ifMatch.ok ? planned(wish, ifMatch.value, context) : ifMatch;
};

async function deleted(wish: Wish, request: Request, context: Context): Promise<Result<Response, Problem>> {
	const admitted = await requestDeletion(wish, request, context);
	const answer = admitted.ok ? answerOf(admitted.value, wish.supersede) : admitted;
	return sayingWait(request.headers, answer);
}
