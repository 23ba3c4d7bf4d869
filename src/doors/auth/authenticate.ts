// Authentication for the doors that take an unbind token. It does not check what the caller may do.

import type { TokenHolder } from "../../config/tokens.ts";
import type { Actor, Door, Scope } from "../../deletion/record/actor.ts";
import { fail, ok, type Result } from "../../deletion/result.ts";
import type { Context } from "../context.ts";
import { type Problem, problem } from "../reply/problem.ts";
import { braked } from "./brake.ts";
import { bearerToken, holderOf } from "./tokens.ts";

/** The caller with a bearer token. */
export async function authenticate(request: Request, door: Door, context: Context): Promise<Result<Actor, Problem>> {
	const token = bearerToken(request.headers.get("authorization"));
	const holder = token === null ? null : await holderOf(token, context.config.tokenHolders);
	return holder === null
		? fail(await refusal(request, token !== null, context))
		: ok(known(actorOf(holder, door), context));
}

/**
 * Authenticates as Cloudflare's API does: a bearer token, or X-Auth-Email and X-Auth-Key, which hold an actor's name and
 * token here. If there is an `Authorization` header, only it counts.
 */
export async function authenticateAsCloudflare(
	request: Request,
	door: Door,
	context: Context,
): Promise<Result<Actor, Problem>> {
	const email = request.headers.get("x-auth-email");
	const key = request.headers.get("x-auth-key");
	if (request.headers.has("authorization") || email === null || key === null)
		return authenticate(request, door, context);
	const holder = await holderOf(key, context.config.tokenHolders, email);
	return holder === null ? fail(await refusal(request, true, context)) : ok(known(actorOf(holder, door), context));
}

/** Names the caller in the request's log line. */
function known(actor: Actor, context: Context): Actor {
	context.caller = actor.name;
	return actor;
}

const actorOf = ({ name, scopes, ranges }: TokenHolder, door: Door): Actor => ({ name, door, scopes, ranges });

async function refusal(request: Request, isWrong: boolean, context: Context): Promise<Problem> {
	const brake = isWrong ? await braked(request, context) : null;
	if (brake !== null) return brake;
	const detail = isWrong
		? "unbind does not know this token. Send Authorization: Bearer <token>."
		: "No token was sent. Send Authorization: Bearer <token>.";
	const error = isWrong ? ', error="invalid_token"' : "";
	return problem("unauthorized", detail, {}, { "www-authenticate": `Bearer realm="unbind"${error}` });
}

export const lacks = (actor: Actor, scope: Scope): Problem | null =>
	actor.scopes.includes(scope)
		? null
		: problem("scope_missing", `${actor.name} lacks the scope "${scope}".`, { scope });
