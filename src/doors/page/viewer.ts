// Who is looking: somebody who signed in with a token, or, where Cloudflare Access stands in front, whom Access names.
// There is one way in, never both.
import type { Actor } from "../../deletion/actor.ts";
import { fail, ok, type Result } from "../../deletion/result.ts";
import { type AccessFailure, accessUser } from "../auth/access.ts";
import { formTokenOf, sessionIn } from "../auth/session.ts";
import type { Context } from "../context.ts";
import { closedProblem } from "../misconfigured.ts";
import type { Problem } from "../problem.ts";

export interface Viewer {
	actor: Actor;
	/** Stands in each form, and comes back with it. */
	formToken: string;
	signedInBy: "token" | "access";
}

export type Stranger = { reason: "signed_out" } | { reason: "closed"; problem: Problem } | AccessFailure;

export async function viewerOf(request: Request, context: Context): Promise<Result<Viewer, Stranger>> {
	const { config } = context;
	// Without Access as it should be, nobody comes in by a token instead.
	const closed = closedProblem("page", context);
	if (closed !== null) return fail({ reason: "closed", problem: closed });
	if (config.access !== null) {
		const user = await accessUser(request.headers, config.access);
		if (!user.ok) return user;
		context.caller = user.value.name;
		const formToken = formTokenOf(user.value.name, config);
		return ok({ actor: { ...user.value, door: "page" }, formToken, signedInBy: "access" });
	}
	const session = sessionIn(request.headers, config, Date.now());
	if (session === null) return fail({ reason: "signed_out" });
	const { name, scopes, ranges } = session.holder;
	context.caller = name;
	return ok({ actor: { name, door: "page", scopes, ranges }, formToken: session.formToken, signedInBy: "token" });
}
