// The account's bindings, now or as they were, and the plan of a deletion. Only reads.

import * as v from "valibot";
import { parseCidr } from "../../deletion/address/cidr.ts";
import type { Budget } from "../../deletion/judgement/budget.ts";
import { fail, ok, type Result } from "../../deletion/result.ts";
import type { Context } from "../context.ts";
import { rateLimitHeaders } from "../reply/deletion.ts";
import { failureProblem } from "../reply/failure.ts";
import { type Problem, problem } from "../reply/problem.ts";
import { surveyed } from "../request/account.ts";
import { planEntries, type Wish, wishOf } from "../request/deletion.ts";
import { isKnown, planTag } from "../request/etag.ts";
import { quoted, timeSchema } from "../request/input.ts";
import { targetInPath } from "../request/named-target.ts";
import { withQuery } from "../token-door.ts";
import { bindingsAt, shownBinding } from "./past.ts";

export const bindingsEntries = { covering: v.optional(v.string()), at: v.optional(timeSchema) };

export const listBindings = withQuery(bindingsEntries, async (_request, context, _actor, query) => {
	const covering = query.covering === undefined ? ok(null) : coveredRange(query.covering);
	if (!covering.ok) return covering;
	if (query.at !== undefined) return bindingsAt(query.at, covering.value, context);

	const survey = await surveyed(covering.value, context);
	if (!survey.ok) return survey;
	// A Ledger of the previous release leaves out some fields.
	const prefixes = survey.value.map(({ id, cidr, bindings, description, asn, advertised }) => ({
		id,
		cidr,
		description: description ?? null,
		asn: asn ?? null,
		advertised: advertised ?? null,
		bindings: bindings.map(shownBinding),
	}));
	return ok(Response.json({ prefixes }));
});

export const showPlan = withQuery(planEntries, async (request, context, actor, query) => {
	const target = targetInPath(request.params.target ?? "", context);
	if (!target.ok) return target;
	const plan = await planAnswer(wishOf(actor, target.value, query), null, context);
	if (!plan.ok) return plan;
	const { headers } = plan.value;
	const tag = (headers.get("etag") ?? "").slice(1, -1);
	if (!isKnown(request.headers.get("if-none-match"), tag)) return plan;
	headers.delete("content-type");
	return ok(new Response(null, { status: 304, headers }));
});

/** The plan as an answer. Its `ETag` names what it saw, and all that it shows. */
export async function planAnswer(
	wish: Wish,
	ifMatch: string[] | null,
	context: Context,
): Promise<Result<Response, Problem>> {
	const plan = await context.ledger.plan({ ...wish, ifMatch });
	if (!plan.ok) return fail(failureProblem(plan.failure));
	const { binding, effect, guards, would, acknowledge, snapshot, budget } = plan.value;
	const body = JSON.stringify({
		binding,
		effect,
		guards,
		would,
		acknowledge,
		budget: budget === undefined ? null : shownBudget(budget),
	});
	const headers = {
		"content-type": "application/json",
		etag: `"${planTag(snapshot, body)}"`,
		...rateLimitHeaders(budget),
	};
	return ok(new Response(body, { headers }));
}

const shownBudget = ({ limit, left, window_minutes }: Budget) => ({ limit, left, window_minutes });

/** Accepts an address or a CIDR. */
function coveredRange(text: string): Result<string, Problem> {
	const cidr = parseCidr(text);
	if (cidr.ok) return ok(cidr.value.text);
	if (cidr.failure.reason === "bare_address") return ok(cidr.failure.hint);
	const hint = cidr.failure.reason === "host_bits" ? ` Did you mean ${cidr.failure.hint}?` : "";
	return fail(
		problem("invalid_request", `The parameter "covering" takes an address or a CIDR, not ${quoted(text)}.${hint}`),
	);
}
