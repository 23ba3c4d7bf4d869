// What someone sees who is not let in: the sign-in page in place of the one they asked for, or why Cloudflare Access does not
// help.

import { cappedText } from "../../capped-body.ts";
import { log } from "../../log.ts";
import type { AccessFailure } from "../auth/access.ts";
import { tooManyFailures } from "../auth/failure-limit.ts";
import type { Context } from "../context.ts";
import { formCapBytes, longestTyped } from "../limits.ts";
import { isFromOwnOrigin } from "./form.ts";
import { html } from "./html.ts";
import { misconfiguredPage } from "./misconfigured.tsx";
import { Field } from "./parts/form.tsx";
import { Layout } from "./parts/layout.tsx";
import { troublePage } from "./trouble.tsx";
import type { Stranger } from "./viewer.ts";

export async function strangerPage(stranger: Stranger, request: Request, context: Context): Promise<Response> {
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
	const limited = stranger.reason === "wrong_assertion" ? await tooManyFailures(request, context) : null;
	log("warn", "not_let_in", { request_id: context.requestId, why: stranger.reason });
	return limited === null
		? html(<NotLetIn stranger={stranger} />, 401, challenge)
		: troublePage(limited, null, context.requestId);
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

/** The path and query of an address on this host; "/" for anything else. */
export function localPath(text: string, here: string): string {
	// Browsers read a backslash as a slash, and drop tabs and line breaks.
	if (!/^\/(?![/\\])[^\\\p{Cc}]*$/u.test(text)) return "/";
	const { origin } = new URL(here);
	const url = URL.canParse(text, origin) ? new URL(text, origin) : null;
	// Once its dots are resolved, "/.//evil.example" leads to another host.
	return url?.origin === origin && !url.pathname.startsWith("//") ? `${url.pathname}${url.search}` : "/";
}

/**
 * A link on another site, such as in a chat, arrives without the SameSite cookie. The sign-in page then reloads once by
 * itself, and that request brings the cookie.
 */
const mayHaveLeftCookieOut = ({ method, headers }: Request): boolean =>
	method === "GET" && headers.get("sec-fetch-site") === "cross-site" && headers.get("sec-fetch-mode") === "navigate";

interface SignInProps {
	/** Where to go after signing in. */
	to: string;
	notice?: string | null;
	/** What is wrong with the token. */
	mistake?: string | null;
	/** The browser may have left out the cookie, so the page should reload once. */
	again?: boolean;
}

export const SignIn = ({ to, notice = null, mistake = null, again = false }: SignInProps) => (
	<Layout title="Sign in" again={again}>
		{notice !== null && (
			<p class="notice" role="alert">
				{notice}
			</p>
		)}
		<form method="post" action="/sign-in" class="narrow">
			<input type="hidden" name="to" value={to} />
			<Field
				name="token"
				label="Token"
				type="password"
				mistake={mistake}
				autocomplete="current-password"
				required
				autofocus
			/>
			<p>
				<button type="submit">Sign in</button>
			</p>
		</form>
		<p class="hint">
			unbind's operator creates tokens with <code>npm run token</code>. A session lasts eight hours.
		</p>
	</Layout>
);

const sentences = {
	no_assertion: "This page is open only through Cloudflare Access. Open the address that Access protects.",
	wrong_assertion: "Cloudflare Access sent an assertion that is not valid. Sign out of Access and sign in again.",
	keys_unreachable: "unbind could not fetch Cloudflare Access's keys. Try again in a minute.",
};

const NotLetIn = ({ stranger }: { stranger: AccessFailure }) => (
	<Layout title="Access denied">
		<p class="notice" role="alert">
			{stranger.reason === "unknown_user"
				? `Cloudflare Access signed you in as ${stranger.email}, but unbind's configuration does not list you. Ask its operator to add you under [vars.ACCESS.users].`
				: sentences[stranger.reason]}
		</p>
	</Layout>
);
