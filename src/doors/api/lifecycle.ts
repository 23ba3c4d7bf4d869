// What happens to a deletion after it was asked for: another person's decision, a cancellation, the restoration. The core
// says who may.

import * as v from "valibot";
import type { Actor } from "../../deletion/actor.ts";
import type { RestorationRefusal } from "../../deletion/begin-restoration.ts";
import type { LifecycleFailure } from "../../deletion/decisions.ts";
import { type Deletion, resolutionOutcomes } from "../../deletion/deletion.ts";
import { isRecordId } from "../../deletion/record-id.ts";
import type { ResolutionRefusal } from "../../deletion/resolution.ts";
import { fail, ok, type Result } from "../../deletion/result.ts";
import { ask } from "../ask.ts";
import type { Context } from "../context.ts";
import { readJson, readQuery, reasonSchema, refuseBody } from "../input.ts";
import { type Problem, problem, retryAfter } from "../problem.ts";
import { lookUpProblem, sayingWait, unreachable, waitMsOf } from "../requested.ts";
import { answerOf } from "./answer.ts";
import type { Handler } from "./handler.ts";

export const decisionEntries = { decision: v.picklist(["approve", "reject"], 'must be "approve" or "reject"') };

export const decideDeletion: Handler = async (request, context, actor) => {
	const body = await readJson(request, decisionEntries);
	if (!body.ok) return body;
	const { decision } = body.value;
	const call = (id: string) => context.ledger.decide(id, decision, actor, waitMsOf(request.headers));
	const decided = await changed(request, context, actor, call);
	if (!decided.ok) return decided;
	// The word was taken: a rejection is no failure of the one who rejects.
	return decision === "reject"
		? ok(Response.json(decided.value))
		: sayingWait(request.headers, answerOf({ deletion: decided.value, replayed: false }, false));
};

export const resolutionEntries = {
	outcome: v.picklist(resolutionOutcomes, 'must be "gone" or "standing"'),
	note: reasonSchema,
};

export const resolveDeletion: Handler = async (request, context, actor) => {
	const body = await readJson(request, resolutionEntries);
	if (!body.ok) return body;
	const call = (id: string) => context.ledger.resolve(id, body.value, actor);
	const resolved = await changed(request, context, actor, call);
	return resolved.ok ? ok(Response.json(resolved.value)) : resolved;
};

export const cancelDeletion: Handler = async (request, context, actor) => {
	const body = await refuseBody(request);
	if (!body.ok) return body;
	const cancelled = await changed(request, context, actor, (id) => context.ledger.cancel(id, actor));
	return cancelled.ok ? ok(Response.json(cancelled.value)) : cancelled;
};

export const restoreDeletion: Handler = async (request, context, actor) => {
	const body = await refuseBody(request);
	if (!body.ok) return body;
	const restored = await changed(request, context, actor, (id) =>
		context.ledger.restore(id, actor, waitMsOf(request.headers)),
	);
	return restored.ok ? sayingWait(request.headers, restorationAnswer(restored.value)) : restored;
};

function restorationAnswer(deletion: Deletion): Result<Response, Problem> {
	const { id, restoration } = deletion;
	const again = { location: `/deletions/${id}`, ...retryAfter(2) };
	switch (restoration?.state) {
		case "restored":
		case "already_bound":
			return ok(Response.json(deletion));
		case "unknown":
			return fail(
				problem(
					"outcome_unknown",
					"The creation was sent and its outcome is not known. unbind looks until it is.",
					{ deletion_id: id, deletion },
					again,
				),
			);
		case "failed": {
			const { code, detail } = restoration.failure ?? { code: "internal" as const, detail: "The restoration failed." };
			return fail(problem(code, detail, { deletion_id: id, cloudflare: restoration.cloudflare }));
		}
		default:
			return ok(Response.json(deletion, { status: 202, headers: again }));
	}
}

export type ChangeRefusal = LifecycleFailure | RestorationRefusal | ResolutionRefusal;

async function changed<Failure extends ChangeRefusal>(
	request: { url: string; params: { id?: string } },
	context: Context,
	actor: Actor,
	call: (id: string) => Promise<Result<Deletion, Failure>>,
): Promise<Result<Deletion, Problem>> {
	const query = readQuery(context.url, {});
	if (!query.ok) return query;
	const id = request.params.id ?? "";
	if (!isRecordId(id)) return fail(problem("deletion_not_found", "There is no deletion with this id."));
	const result = await ask(context.requestId, () => call(id));
	if (!result.ok) return fail(unreachable);
	return result.value.ok ? result.value : fail(refusalOf(result.value.failure, id, actor));
}

export function refusalOf(failure: ChangeRefusal, id: string, actor: Actor): Problem {
	switch (failure.code) {
		case "conflict":
			return problem(failure.code, failure.detail, { deletion_id: id, deletion: failure.deletion });
		case "binding_conflict":
			return problem(failure.code, failure.detail, { deletion_id: id, binding_id: failure.binding.id });
		case "too_early":
			return problem(failure.code, failure.detail, { deletion_id: id }, retryAfter(failure.retry_after_seconds));
		case "scope_missing":
			return problem(failure.code, failure.detail, { actor: actor.name });
		case "deletion_not_found":
			return problem(failure.code, failure.detail);
		case "out_of_range":
		case "self_approval":
		case "not_restorable":
		case "prefix_not_approved":
			return problem(failure.code, failure.detail, { deletion_id: id });
		default:
			return lookUpProblem(failure);
	}
}
