// Signs in with a token, and signs out. Neither works behind Cloudflare Access.

import type { IRequest } from "itty-router";
import * as v from "valibot";
import { ok } from "../../deletion/result.ts";
import { log } from "../../log.ts";
import { tooManyFailures } from "../auth/failure-limit.ts";
import { noSessionCookie, sessionCookie } from "../auth/session.ts";
import { holderOf } from "../auth/tokens.ts";
import type { Context } from "../context.ts";
import { closedProblem } from "../misconfigured.ts";
import { type Problem, problem } from "../reply/problem.ts";
import { changeDoor } from "./door.tsx";
import { fieldsOf, isFromOwnOrigin, readFields } from "./form.ts";
import { html, seeOther } from "./html.ts";
import { misconfiguredPage } from "./misconfigured.tsx";
import { challenge, localPath, SignIn } from "./stranger.tsx";
import { troublePage } from "./trouble.tsx";

const entries = { token: v.optional(v.pipe(v.string(), v.maxLength(512)), ""), to: v.optional(v.string(), "/") };

export async function signIn(request: IRequest, context: Context): Promise<Response> {
	const { config, requestId } = context;
	const closed = closedProblem("page", context);
	if (closed !== null) return misconfiguredPage(closed, requestId, context.url, "page");
	const refused = (refusal: Problem): Response => troublePage(refusal, null, requestId);
	if (config.access !== null) return refused(problem("not_found", "Sign in through Cloudflare Access."));
	if (!isFromOwnOrigin(request))
		return refused(problem("foreign_form", "This sign-in did not come from unbind. Sign in on unbind's own page."));
	const sent = await fieldsOf(request);
	const fields = sent.ok ? readFields(sent.value, entries) : sent;
	if (!fields.ok) return refused(fields.failure);
	const to = localPath(fields.value.to, request.url);
	const holder = await holderOf(fields.value.token.trim(), config.tokenHolders);
	if (holder === null) {
		log("warn", "sign_in_failed", { request_id: requestId });
		const limited = await tooManyFailures(request, context);
		const view =
			limited === null ? (
				<SignIn to={to} mistake="That token isn't valid." />
			) : (
				<SignIn to={to} notice={limited.detail} />
			);
		return html(view, limited?.status ?? 401, limited?.headers ?? challenge);
	}
	context.caller = holder.name;
	log("info", "signed_in", { request_id: requestId, actor: holder.name });
	return seeOther(to, { "set-cookie": sessionCookie(holder, config, Date.now()) });
}

export const signOut = changeDoor({}, async () => ok(seeOther("/", { "set-cookie": noSessionCookie })));
