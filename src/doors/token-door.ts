// What the doors for unbind's tokens share: authenticate, check the scope, read, act, answer. A handler names the fields that it
// takes; all others are refused, and so is a body that it does not ask for.

import type { IRequest } from "itty-router";
import type * as v from "valibot";
import type { Actor, Scope } from "../deletion/record/actor.ts";
import type { Result } from "../deletion/result.ts";
import { lacks } from "./auth/authenticate.ts";
import type { Context } from "./context.ts";
import type { Problem } from "./reply/problem.ts";
import { type Read, readJson, readQuery, refuseBody } from "./request/input.ts";

type Answer = Promise<Result<Response, Problem>>;
export type Handler = (request: IRequest, context: Context, actor: Actor) => Answer;
export type HandlerOf<Fields> = (request: IRequest, context: Context, actor: Actor, fields: Fields) => Answer;

/** @param entries the query's parameters. */
export const withQuery =
	<E extends v.ObjectEntries>(entries: E, handle: HandlerOf<Read<E>>): Handler =>
	async (request, context, actor) => {
		const query = readQuery(context.url, entries);
		if (!query.ok) return query;
		const body = request.method === "GET" ? null : await refuseBody(request);
		return body?.ok === false ? body : handle(request, context, actor, query.value);
	};

/** @param entries the fields of the JSON body. */
export const withBody =
	<E extends v.ObjectEntries>(entries: E, handle: HandlerOf<Read<E>>): Handler =>
	async (request, context, actor) => {
		const query = readQuery(context.url, {});
		if (!query.ok) return query;
		const body = await readJson(request, entries);
		return body.ok ? handle(request, context, actor, body.value) : body;
	};

/** @param render writes a problem in the door's own form. */
export const tokenDoor =
	(
		enter: (request: Request, context: Context) => Promise<Result<Actor, Problem>>,
		render: (problem: Problem, requestId: string) => Response,
	) =>
	/** @param scope needed to enter; null if the core decides and records its refusal. */
	(scope: Scope | null, handle: Handler) =>
	async (request: IRequest, context: Context): Promise<Response> => {
		const actor = await enter(request, context);
		if (!actor.ok) return render(actor.failure, context.requestId);
		const missing = scope === null ? null : lacks(actor.value, scope);
		if (missing !== null) return render(missing, context.requestId);
		const result = await handle(request, context, actor.value);
		return result.ok ? result.value : render(result.failure, context.requestId);
	};
