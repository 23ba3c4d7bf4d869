// The configuration problems, in the order to fix them.
import { Layout } from "./layout.tsx";

interface ConfigProblem {
	setting: string;
	problem: string;
	fix: string;
}

interface MisconfiguredProps {
	problems: readonly ConfigProblem[];
	closed: "unbind" | "page";
	/** Runs under `wrangler dev`, where secrets are in a file. */
	isDev: boolean;
	requestId: string;
}

const titles = { unbind: "unbind is not configured", page: "This page is not configured" };
const consequences = {
	unbind: "unbind answers no requests and deletes nothing.",
	page: "the page is closed. The API, webhooks and chat are open.",
};

export const Misconfigured = ({ problems, closed, isDev, requestId }: MisconfiguredProps) => (
	<Layout title={titles[closed]} part={null} viewer={null} present={null}>
		<h1>{titles[closed]}</h1>
		<p class="notice" role="alert">
			Until {problems.length === 1 ? "this is" : "all of these are"} fixed, {consequences[closed]}
		</p>
		<ol class="steps">
			{problems.map(({ setting, problem, fix }) => (
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
