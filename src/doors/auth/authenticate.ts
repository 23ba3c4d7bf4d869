// Authentication for the doors that take an unbind token. It does not check what the caller may do.

import type { Grant } from "../../config/fields.ts";
import { type Actor, type Door, missingScope, type Scope } from "../../deletion/record/actor.ts";
import { fail, ok, type Result } from "../../deletion/result.ts";
import type { Context } from "../context.ts";
import { type Problem, problem } from "../reply/problem.ts";
import { tooManyFailures } from "./failure-limit.ts";
import { bearerToken, holderOf } from "./tokens.ts";

/** The caller with a bearer token. */
export async function authenticate(
	request: Request,
	context: Context,
	door: Door = "api",
): Promise<Result<Actor, Problem>> {
	const token = bearerToken(request.headers.get("authorization"));
	const holder = token === null ? null : await holderOf(token, context.config.tokenHolders);
	return holder === null ? fail(await refusal(request, token !== null, context)) : ok(actorOf(holder, door, context));
}

/**
 * Authenticates as Cloudflare's API does: a bearer token, or X-Auth-Email and X-Auth-Key, which hold an actor's name and
 * token here. If there is an `Authorization` header, only it counts.
 */
export async function authenticateAsCloudflare(request: Request, context: Context): Promise<Result<Actor, Problem>> {
	const email = request.headers.get("x-auth-email");
	const key = request.headers.get("x-auth-key");
	if (request.headers.has("authorization") || email === null || key === null)
		return authenticate(request, context, "cloudflare");
	const holder = await holderOf(key, context.config.tokenHolders, email);
	return holder === null ? fail(await refusal(request, true, context)) : ok(actorOf(holder, "cloudflare", context));
}

/** Also names the caller in the request's log line. */
export function actorOf({ name, scopes, ranges }: Grant, door: Door, context: Context): Actor {
	context.caller = name;
	return { name, door, scopes, ranges };
}

async function refusal(request: Request, isWrong: boolean, context: Context): Promise<Problem> {
	const limited = isWrong ? await tooManyFailures(request, context) : null;
	if (limited !== null) return limited;
	const detail = isWrong
		? "unbind does not know this token. Send Authorization: Bearer <token>."
		: "No token was sent. Send Authorization: Bearer <token>.";
	const error = isWrong ? ', error="invalid_token"' : "";
	return problem("unauthorized", detail, {}, { "www-authenticate": `Bearer realm="unbind"${error}` });
}

/** null if the actor has the scope. */
export const lacks = (actor: Actor, scope: Scope): Problem | null =>
	actor.scopes.includes(scope) ? null : problem("scope_missing", missingScope(actor, scope).detail, { scope });
