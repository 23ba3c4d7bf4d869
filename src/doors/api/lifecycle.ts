// What happens to a deletion after the request: approval or rejection, cancellation, restoration, resolution. The core
// decides who may.

import type { IRequest } from "itty-router";
import * as v from "valibot";
import type { Actor } from "../../deletion/record/actor.ts";
import { type Deletion, resolutionOutcomes } from "../../deletion/record/deletion.ts";
import { fail, ok, type Result } from "../../deletion/result.ts";
import type { Option } from "../../deletion/steps/options.ts";
import type { Context } from "../context.ts";
import { answerOf } from "../reply/deletion.ts";
import { failureProblem } from "../reply/failure.ts";
import { type Problem, problem, retryAfter } from "../reply/problem.ts";
import { changeDeletion, resolveDeletion as resolve } from "../request/change.ts";
import { sayingWait, waitMsOf } from "../request/deletion.ts";
import { readJson, readQuery, reasonSchema, refuseBody } from "../request/input.ts";
import type { Handler } from "./handler.ts";

export const decisionEntries = { decision: v.picklist(["approve", "reject"], 'must be "approve" or "reject"') };

export const decideDeletion: Handler = async (request, context, actor) => {
	const body = await readJson(request, decisionEntries);
	if (!body.ok) return body;
	const { decision } = body.value;
	const decided = await changed(decision, request, context, actor);
	if (!decided.ok) return decided;
	// The decision was accepted. To the person who rejects, a rejection is a success.
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
	const query = readQuery(context.url, {});
	if (!query.ok) return query;
	const id = request.params.id ?? "";
	const resolved = await resolve(id, body.value, { actor, ledger: context.ledger });
	return resolved.ok ? ok(Response.json(resolved.value)) : fail(failureProblem(resolved.failure, { deletion_id: id }));
};

export const cancelDeletion: Handler = async (request, context, actor) => {
	const body = await refuseBody(request);
	if (!body.ok) return body;
	const cancelled = await changed("cancel", request, context, actor);
	return cancelled.ok ? ok(Response.json(cancelled.value)) : cancelled;
};

export const restoreDeletion: Handler = async (request, context, actor) => {
	const body = await refuseBody(request);
	if (!body.ok) return body;
	const restored = await changed("restore", request, context, actor);
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

async function changed(
	change: Option,
	request: IRequest,
	{ url, ledger }: Context,
	actor: Actor,
): Promise<Result<Deletion, Problem>> {
	const query = readQuery(url, {});
	if (!query.ok) return query;
	const id = request.params.id ?? "";
	const result = await changeDeletion(change, id, { actor, ledger, waitMs: waitMsOf(request.headers) });
	return result.ok ? result : fail(failureProblem(result.failure, { deletion_id: id }));
}
