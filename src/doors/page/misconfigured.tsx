// The page people see while the configuration has problems: what to fix, in which order, and how. Reads no session.
import * as v from "valibot";
import type { Problem } from "../reply/problem.ts";
import { html } from "./html.ts";
import { Layout } from "./parts/layout.tsx";

const problemsSchema = v.object({
	problems: v.array(v.object({ setting: v.string(), problem: v.string(), fix: v.string() })),
});

/** Listed first, because nothing works without them. */
const first = ["CLOUDFLARE_ACCOUNT_ID", "CLOUDFLARE_API_TOKEN", "TOKENS"];

const titles = { unbind: "unbind is not configured", page: "This page is not configured" };
const consequences = {
	unbind: "unbind answers no requests and deletes nothing.",
	page: "the page is closed. The API, webhooks and chat are open.",
};

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
	// Under `wrangler dev`, secrets are in a file.
	const isDev = url.hostname === "localhost" || url.hostname === "127.0.0.1";
	const page = (
		<Layout title={titles[closed]}>
			<p class="notice" role="alert">
				Until {problems.length === 1 ? "this is" : "all of these are"} fixed, {consequences[closed]}
			</p>
			<ol class="steps">
				{ordered.map(({ setting, problem, fix }) => (
					<li>
						<p>
							<b>{setting}</b>: {problem.replace(new RegExp(`^${setting}:? `), "")}
						</p>
						<Fix fix={fix} isDev={isDev} />
					</li>
				))}
			</ol>
			{isDev && <p>Then restart npm run dev.</p>}
			<p class="hint">
				Request <code>{requestId}</code>
			</p>
		</Layout>
	);
	return html(page, status, headers);
}

/** A fix is a sentence that ends in a command. */
function Fix({ fix, isDev }: { fix: string; isDev: boolean }) {
	const [, before = fix, command = ""] = /^(.*?)(?:then )?[Rr]un: (.+)$/.exec(fix) ?? [];
	const [, secret] = /^npx wrangler secret put (\w+)$/.exec(command) ?? [];
	const advice = before.replace(/[;,]? *$/, "");
	if (isDev && secret !== undefined)
		return (
			<p>
				{advice !== "" && `${advice}. `}Add a line to <code>.dev.vars</code>: <code>{secret}=…</code>
			</p>
		);
	return (
		<p>
			{advice !== "" && `${advice}. `}
			{command !== "" && !(isDev && /wrangler deploy$/.test(command)) && (
				<>
					Run: <code>{command}</code>
				</>
			)}
		</p>
	);
}
