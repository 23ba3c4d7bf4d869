// What happens to a deletion after the request: approval or rejection, cancellation, restoration, resolution. The core
// decides who may.

import type { IRequest } from "itty-router";
import * as v from "valibot";
import type { Actor } from "../../deletion/record/actor.ts";
import { type Deletion, resolutionOutcomes } from "../../deletion/record/deletion.ts";
import { fail, ok, type Result } from "../../deletion/result.ts";
import type { Option } from "../../deletion/steps/options.ts";
import type { Context } from "../context.ts";
import { deletionAnswer } from "../reply/deletion.ts";
import { failureProblem } from "../reply/failure.ts";
import { type Problem, problem, retryAfter } from "../reply/problem.ts";
import { changeDeletion, resolveDeletion as resolve } from "../request/change.ts";
import { sayingWait, waitMsOf } from "../request/deletion.ts";
import { reasonSchema } from "../request/input.ts";
import { withBody, withQuery } from "../token-door.ts";

export const decisionEntries = { decision: v.picklist(["approve", "reject"], 'must be "approve" or "reject"') };

export const decideDeletion = withBody(decisionEntries, async (request, context, actor, { decision }) => {
	const decided = await runChange(decision, request, context, actor);
	if (!decided.ok) return decided;
	// The decision was accepted. To the person who rejects, a rejection is a success.
	return decision === "reject"
		? ok(Response.json(decided.value))
		: sayingWait(request.headers, deletionAnswer({ deletion: decided.value, replayed: false }, false));
});

export const resolutionEntries = {
	outcome: v.picklist(resolutionOutcomes, 'must be "gone" or "standing"'),
	note: reasonSchema,
};

export const resolveDeletion = withBody(resolutionEntries, async (request, { ledger }, actor, wish) => {
	const id = request.params.id ?? "";
	const resolved = await resolve(id, wish, { actor, ledger });
	return resolved.ok ? ok(Response.json(resolved.value)) : fail(failureProblem(resolved.failure, { deletion_id: id }));
});

export const cancelDeletion = withQuery({}, async (request, context, actor) => {
	const cancelled = await runChange("cancel", request, context, actor);
	return cancelled.ok ? ok(Response.json(cancelled.value)) : cancelled;
});

export const restoreDeletion = withQuery({}, async (request, context, actor) => {
	const restored = await runChange("restore", request, context, actor);
	return restored.ok ? sayingWait(request.headers, restorationAnswer(restored.value)) : restored;
});

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
					"unbind sent the request to create the binding but does not know the outcome yet. It keeps checking; follow the record.",
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

async function runChange(
	change: Option,
	request: IRequest,
	{ ledger }: Context,
	actor: Actor,
): Promise<Result<Deletion, Problem>> {
	const id = request.params.id ?? "";
	const result = await changeDeletion(change, id, { actor, ledger, waitMs: waitMsOf(request.headers) });
	return result.ok ? result : fail(failureProblem(result.failure, { deletion_id: id }));
}
