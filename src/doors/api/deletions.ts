// Deletes a binding: by DELETE on its name, or by POST for callers that can only POST. Both do the same.
import * as v from "valibot";
import { fail, type Result } from "../../deletion/result.ts";
import { lacks } from "../auth/authenticate.ts";
import type { Context } from "../context.ts";
import { deletionAnswer } from "../reply/deletion.ts";
import type { Problem } from "../reply/problem.ts";
import { deletionEntries, requestByHeaders, sayingWait, type Wish, wishOf } from "../request/deletion.ts";
import { ifMatchOf } from "../request/etag.ts";
import { targetIn, targetInPath } from "../request/named-target.ts";
import { withBody, withQuery } from "../token-door.ts";
import { planAnswer } from "./bindings.ts";

export const deleteBinding = withQuery(deletionEntries, async (request, context, actor, query) => {
	const target = targetInPath(request.params.target ?? "", context);
	return target.ok ? answerDeletion(wishOf(actor, target.value, query), request, context) : target;
});

export const postEntries = {
	target: v.string("must be a string"),
	...deletionEntries,
	supersede: v.optional(v.boolean("must be true or false")),
	dry_run: v.optional(v.boolean("must be true or false")),
};

export const postDeletion = withBody(postEntries, async (request, context, actor, body) => {
	const target = targetIn(body.target, context);
	if (!target.ok) return target;
	const wish = wishOf(actor, target.value, body);
	if (body.dry_run !== true) return answerDeletion(wish, request, context);
	const missing = lacks(actor, "delete");
	if (missing !== null) return fail(missing);
	const ifMatch = ifMatchOf(request.headers);
	return ifMatch.ok ? planAnswer(wish, ifMatch.value, context) : ifMatch;
});

async function answerDeletion(wish: Wish, request: Request, context: Context): Promise<Result<Response, Problem>> {
	const receipt = await requestByHeaders(wish, request, context);
	const answer = receipt.ok ? deletionAnswer(receipt.value, wish.supersede) : receipt;
	return sayingWait(request.headers, answer);
}
