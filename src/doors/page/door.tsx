// The entrance to the pages. Shows a page to a viewer who may read; makes a change only if the form is unbind's own. Strangers
// get the sign-in page and nothing else.

import type { IRequest } from "itty-router";
import * as v from "valibot";
import { cappedText } from "../../capped-body.ts";
import { fail, type Result } from "../../deletion/result.ts";
import { log } from "../../log.ts";
import { lacks } from "../auth/authenticate.ts";
import { braked } from "../auth/brake.ts";
import { isSame } from "../auth/session.ts";
import type { Context } from "../context.ts";
import { formCapBytes, longestTyped } from "../limits.ts";
import { type Problem, problem } from "../reply/problem.ts";
import type { Read } from "../request/input.ts";
import { fieldsOf, isFromOwnOrigin, type Refilled, readFields, refilled } from "./form.ts";
import { html } from "./html.ts";
import { localPath } from "./local-path.ts";
import { misconfiguredPage } from "./misconfigured.tsx";
import { type Stranger, type Viewer, viewerOf } from "./viewer.ts";
import { NotLetIn, SignIn } from "./views/sign-in.tsx";
import { Trouble } from "./views/trouble.tsx";

export type Page = (request: IRequest, context: Context, viewer: Viewer) => Promise<Result<Response, Problem>>;
export type Change<E extends v.ObjectEntries> = (
	request: IRequest,
	context: Context,
	viewer: Viewer,
	fields: Read<E & typeof ownEntries>,
) => Promise<Result<Response, Problem>>;

/** Shows the form again, with what was typed and what is wrong with it. */
export interface Again {
	/** The fields that can show a mistake. */
	fields: readonly string[];
	show(request: IRequest, context: Context, viewer: Viewer, refill: Refilled): Promise<Result<Response, Problem>>;
}

const ownEntries = { form_token: v.optional(v.string(), "") };

export const pageDoor =
	(show: Page) =>
	async (request: IRequest, context: Context): Promise<Response> => {
		const viewer = await viewerOf(request, context);
		if (!viewer.ok) return refused(viewer.failure, request, context);
		const missing = lacks(viewer.value.actor, "read");
		return answer(missing === null ? await show(request, context, viewer.value) : fail(missing), viewer.value, context);
	};

export const changeDoor =
	<E extends v.ObjectEntries>(entries: E, change: Change<E>, again: Again | null = null) =>
	async (request: IRequest, context: Context): Promise<Response> => {
		const viewer = await viewerOf(request, context);
		if (!viewer.ok) return refused(viewer.failure, request, context);
		const sent = await ownForm(request, viewer.value);
		if (!sent.ok) return answer(sent, viewer.value, context);
		const fields = readFields(sent.value, { ...entries, ...ownEntries }, ["acknowledge"]);
		const done = fields.ok ? await change(request, context, viewer.value, fields.value) : fields;
		const fault = done.ok ? undefined : done.failure.fault;
		if (fault === undefined || !again?.fields.includes(fault.field)) return answer(done, viewer.value, context);
		const refill = refilled(sent.value, fault);
		return answer(await again.show(request, context, viewer.value, refill), viewer.value, context);
	};

async function ownForm(request: Request, { formToken }: Viewer): Promise<Result<URLSearchParams, Problem>> {
	const foreign = fail(
		problem(
			"foreign_form",
			"This form did not come from unbind, or it is from an earlier session. Nothing was done. Open the page again.",
		),
	);
	if (!isFromOwnOrigin(request)) return foreign;
	const fields = await fieldsOf(request);
	if (!fields.ok) return fields;
	const [token = "", ...others] = fields.value.getAll("form_token");
	return isSame(token, formToken) && others.length === 0 ? fields : foreign;
}

const answer = (result: Result<Response, Problem>, viewer: Viewer, { requestId }: Context): Response =>
	result.ok ? result.value : troublePage(result.failure, viewer, requestId);

export const troublePage = (trouble: Problem, viewer: Viewer | null, requestId: string): Response =>
	html(<Trouble problem={trouble} viewer={viewer} requestId={requestId} />, trouble.status, trouble.headers);

async function refused(stranger: Stranger, request: Request, context: Context): Promise<Response> {
	if (stranger.reason === "closed") return misconfiguredPage(stranger.problem, context.requestId, context.url, "page");
	if (stranger.reason === "signed_out") {
		const isChange = request.method === "POST";
		const notice = isChange ? "Your session ended, so nothing was done. Sign in and try again." : null;
		const page = returnPath(request, context);
		const to = isChange && page.startsWith("/account") ? `${page}${await typedIn(request)}` : page;
		return html(<SignIn to={to} notice={notice} again={mayHaveLeftCookieOut(request)} />, 401, challenge);
	}
	if (stranger.reason === "unknown_user") return html(<NotLetIn stranger={stranger} />, 403);
	if (stranger.reason === "keys_unreachable") return html(<NotLetIn stranger={stranger} />, 503);
	const brake = stranger.reason === "wrong_assertion" ? await braked(request, context) : null;
	log("warn", "not_let_in", { request_id: context.requestId, why: stranger.reason });
	return brake === null
		? html(<NotLetIn stranger={stranger} />, 401, challenge)
		: troublePage(brake, null, context.requestId);
}

export const challenge = { "www-authenticate": 'Bearer realm="unbind"' };

/** What the user typed into the form, as a query, so the page can fill the form in again. */
async function typedIn(request: Request): Promise<string> {
	if (!isFromOwnOrigin(request)) return "";
	const fields = new URLSearchParams((await cappedText(request.body, formCapBytes)) ?? "");
	const typed = ["reason", "not_before", "until"].flatMap((name): [string, string][] => {
		const value = fields.get(name) ?? "";
		return value === "" || value.length > longestTyped ? [] : [[name, value]];
	});
	return typed.length === 0 ? "" : `?${new URLSearchParams(typed)}`;
}

/** The page to return to: of the same address, or the one above a change. */
function returnPath({ method }: Request, { url }: Context): string {
	const { pathname, search, href } = url;
	const done = pathname
		.replace(/\/(?:approve|reject|cancel|restore|resolve)$/, "")
		.replace(/^\/freeze-switch$/, "/account");
	const page = method === "POST" ? done : pathname + search;
	return localPath(/^\/(?:$|\?|records\/|account(?:[/?]|$))/.test(page) ? page : "/", href);
}

/**
 * A link on another site, such as in a chat, arrives without the SameSite cookie. The sign-in page then reloads once by
 * itself, and that request brings the cookie.
 */
const mayHaveLeftCookieOut = ({ method, headers }: Request): boolean =>
	method === "GET" && headers.get("sec-fetch-site") === "cross-site" && headers.get("sec-fetch-mode") === "navigate";
