// Why a request was refused, and where to go next.
import * as v from "valibot";
import { isRecordId } from "../../deletion/record/record-id.ts";
import type { Problem } from "../reply/problem.ts";
import { html } from "./html.ts";
import { Layout } from "./parts/layout.tsx";
import type { Viewer } from "./viewer.ts";

/** @param requestId finds the request in the log. */
export const troublePage = (problem: Problem, viewer: Viewer | null, requestId: string): Response =>
	html(
		<Layout title={problem.title} viewer={viewer}>
			<p class="notice" role="alert">
				{problem.detail}
			</p>
			<ul>
				{waysOn(problem).map(([href, text]) => (
					<li>
						<a href={href}>{text}</a>
					</li>
				))}
			</ul>
			<p class="hint">
				Request <code>{requestId}</code>
			</p>
		</Layout>,
		problem.status,
		problem.headers,
	);

const id = v.pipe(v.string(), v.check(isRecordId));
const evidenceSchema = v.object({
	deletion_id: v.fallback(v.optional(id), undefined),
	last_deletion: v.fallback(v.optional(v.object({ id })), undefined),
	hint: v.fallback(v.optional(v.string()), undefined),
	bindings: v.fallback(v.optional(v.array(v.string())), undefined),
});

const bindingsAtMost = 20;

/** Links from the evidence. */
function waysOn({ code, evidence, status }: Problem): [href: string, text: string][] {
	const { deletion_id, last_deletion, hint, bindings = [] } = v.parse(evidenceSchema, evidence);
	const ways: [string, string][] = [];
	if (deletion_id !== undefined) ways.push([`/records/${deletion_id}`, "Open the deletion"]);
	if (last_deletion !== undefined) ways.push([`/records/${last_deletion.id}`, "Last deletion of this binding"]);
	if (hint !== undefined) ways.push([`/account?covering=${hint}`, `Who serves ${hint}`]);
	for (const cidr of hint === undefined ? bindings.slice(0, bindingsAtMost) : [hint])
		ways.push([`/account/${cidr}`, cidr]);
	ways.push([`/problems/${code}`, "What this means, and what to do next"]);
	if (status !== 401) ways.push(["/", "The history"]);
	return ways;
}
