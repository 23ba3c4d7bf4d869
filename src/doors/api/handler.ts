// The shape of the API's handlers: decode, validate, act, respond. A refusal is returned as a problem.

import type { IRequest } from "itty-router";
import type { Actor, Scope } from "../../deletion/record/actor.ts";
import type { Result } from "../../deletion/result.ts";
import { authenticate, lacks } from "../auth/authenticate.ts";
import type { Context } from "../context.ts";
import { type Problem, problemResponse } from "../reply/problem.ts";

export type Handler = (request: IRequest, context: Context, actor: Actor) => Promise<Result<Response, Problem>>;

/** @param scope needed to enter; null if the core decides and records its refusal. */
export const apiDoor =
	(scope: Scope | null, handle: Handler) =>
	async (request: IRequest, context: Context): Promise<Response> => {
		const actor = await authenticate(request, "api", context);
		if (!actor.ok) return problemResponse(actor.failure, context.requestId);
		const missing = scope === null ? null : lacks(actor.value, scope);
		if (missing !== null) return problemResponse(missing, context.requestId);
		const result = await handle(request, context, actor.value);
		return result.ok ? result.value : problemResponse(result.failure, context.requestId);
	};
