// The page people see while the configuration has problems: what to fix, in which order, and how. Reads no session.
import * as v from "valibot";
import type { Problem } from "../reply/problem.ts";
import { html } from "./html.ts";
import { Misconfigured } from "./views/misconfigured.tsx";

const problemsSchema = v.object({
	problems: v.array(v.object({ setting: v.string(), problem: v.string(), fix: v.string() })),
});

/** Listed first, because nothing works without them. */
const first = ["CLOUDFLARE_ACCOUNT_ID", "CLOUDFLARE_API_TOKEN", "TOKENS"];

/** Browsers ask for HTML by name; programs accept anything. */
export const isForPeople = ({ method, headers }: Request): boolean =>
	method === "GET" && /\btext\/html\b/.test(headers.get("accept") ?? "");

/** @param closed all of unbind, or only the page. */
export function misconfiguredPage(
	{ evidence, status, headers }: Problem,
	requestId: string,
	url: URL,
	closed: "unbind" | "page" = "unbind",
): Response {
	const { problems } = v.parse(problemsSchema, evidence);
	const place = (setting: string) => (first.indexOf(setting) + first.length + 1) % (first.length + 1);
	const ordered = problems.toSorted((a, b) => place(a.setting) - place(b.setting));
	const isDev = url.hostname === "localhost" || url.hostname === "127.0.0.1";
	return html(
		<Misconfigured problems={ordered} closed={closed} isDev={isDev} requestId={requestId} />,
		status,
		headers,
	);
}
