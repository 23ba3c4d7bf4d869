// Who is looking: someone signed in with a token or, behind Cloudflare Access, the user that Access names. There is one way
// to sign in, never both.
import type { Actor } from "../../deletion/record/actor.ts";
import { fail, ok, type Result } from "../../deletion/result.ts";
import { type AccessFailure, accessUser } from "../auth/access.ts";
import { actorOf } from "../auth/authenticate.ts";
import { formTokenOf, sessionIn } from "../auth/session.ts";
import type { Context } from "../context.ts";
import { closedProblem } from "../misconfigured.ts";
import type { Problem } from "../reply/problem.ts";

export interface Viewer {
	actor: Actor;
	/** Each form carries it and sends it back. */
	formToken: string;
	signedInBy: "token" | "access";
}

export type Stranger = { reason: "signed_out" } | { reason: "closed"; problem: Problem } | AccessFailure;

export async function viewerOf(request: Request, context: Context): Promise<Result<Viewer, Stranger>> {
	const { config } = context;
	// If Access is misconfigured, a token must not open the page instead.
	const closed = closedProblem("page", context);
	if (closed !== null) return fail({ reason: "closed", problem: closed });
	if (config.access !== null) {
		const user = await accessUser(request.headers, config.access);
		if (!user.ok) return user;
		const formToken = formTokenOf(user.value.name, config);
		return ok({ actor: actorOf(user.value, "page", context), formToken, signedInBy: "access" });
	}
	const session = sessionIn(request.headers, config, Date.now());
	if (session === null) return fail({ reason: "signed_out" });
	const actor = actorOf(session.holder, "page", context);
	return ok({ actor, formToken: session.formToken, signedInBy: "token" });
}
