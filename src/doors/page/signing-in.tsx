// Signs in with a token, and signs out. Neither works behind Cloudflare Access.

import type { IRequest } from "itty-router";
import * as v from "valibot";
import { ok } from "../../deletion/result.ts";
import { log } from "../../log.ts";
import { braked } from "../auth/brake.ts";
import { noSessionCookie, sessionCookie } from "../auth/session.ts";
import { holderOf } from "../auth/tokens.ts";
import type { Context } from "../context.ts";
import { closedProblem } from "../misconfigured.ts";
import { problem } from "../reply/problem.ts";
import { challenge, changeDoor, troublePage } from "./door.tsx";
import { fieldsOf, isFromOwnOrigin, readFields } from "./form.ts";
import { html, seeOther } from "./html.ts";
import { localPath } from "./local-path.ts";
import { misconfiguredPage } from "./misconfigured.tsx";
import { SignIn } from "./views/sign-in.tsx";

const entries = { token: v.optional(v.pipe(v.string(), v.maxLength(512)), ""), to: v.optional(v.string(), "/") };

export async function signIn(request: IRequest, context: Context): Promise<Response> {
	const { config, requestId } = context;
	const closed = closedProblem("page", context);
	if (closed !== null) return misconfiguredPage(closed, requestId, context.url, "page");
	if (config.access !== null)
		return troublePage(problem("not_found", "Sign in through Cloudflare Access."), null, requestId);
	if (!isFromOwnOrigin(request))
		return troublePage(
			problem("foreign_form", "This sign-in did not come from unbind. Sign in on unbind's own page."),
			null,
			requestId,
		);
	const sent = await fieldsOf(request);
	const fields = sent.ok ? readFields(sent.value, entries) : sent;
	if (!fields.ok) return troublePage(fields.failure, null, requestId);
	const to = localPath(fields.value.to, request.url);
	const holder = await holderOf(fields.value.token.trim(), config.tokenHolders);
	if (holder === null) {
		log("warn", "sign_in_failed", { request_id: requestId });
		const brake = await braked(request, context);
		const view =
			brake === null ? <SignIn to={to} mistake="That token isn't valid." /> : <SignIn to={to} notice={brake.detail} />;
		return html(view, brake?.status ?? 401, brake?.headers ?? challenge);
	}
	context.caller = holder.name;
	log("info", "signed_in", { request_id: requestId, actor: holder.name });
	return seeOther(to, { "set-cookie": sessionCookie(holder, config, Date.now()) });
}

export const signOut = changeDoor({}, async () => ok(seeOther("/", { "set-cookie": noSessionCookie })));
