// Why a request was refused, and where to go next.
import * as v from "valibot";
import { isRecordId } from "../../../deletion/record/record-id.ts";
import type { Problem } from "../../reply/problem.ts";
import type { Viewer } from "../viewer.ts";
import { Layout } from "./layout.tsx";

interface TroubleProps {
	problem: Problem;
	viewer: Viewer | null;
	/** To find the request in the log. */
	requestId: string;
}

export const Trouble = ({ problem, viewer, requestId }: TroubleProps) => (
	<Layout title={problem.title} part={null} viewer={viewer} present={null}>
		<h1>{problem.title}</h1>
		<p class="notice" role="alert">
			{problem.detail}
		</p>
		<ul>
			{waysOn(problem).map(({ href, text }) => (
				<li>
					<a href={href}>{text}</a>
				</li>
			))}
		</ul>
		<p class="hint">
			Request <code>{requestId}</code>
		</p>
	</Layout>
);

const id = v.pipe(v.string(), v.check(isRecordId));
const evidenceSchema = v.object({
	deletion_id: v.fallback(v.optional(id), undefined),
	last_deletion: v.fallback(v.optional(v.object({ id })), undefined),
	hint: v.fallback(v.optional(v.string()), undefined),
	bindings: v.fallback(v.optional(v.array(v.string())), undefined),
});

/** Links from the evidence. */
function waysOn({ code, evidence, status }: Problem): { href: string; text: string }[] {
	const { deletion_id, last_deletion, hint, bindings = [] } = v.parse(evidenceSchema, evidence);
	return [
		...(deletion_id === undefined ? [] : [{ href: `/records/${deletion_id}`, text: "Open the deletion" }]),
		...(last_deletion === undefined
			? []
			: [{ href: `/records/${last_deletion.id}`, text: "Last deletion of this binding" }]),
		...(hint === undefined ? [] : [{ href: `/account?covering=${hint}`, text: `Who serves ${hint}` }]),
		...(hint === undefined ? bindings : [hint]).slice(0, 20).map((cidr) => ({ href: `/account/${cidr}`, text: cidr })),
		{ href: `/problems/${code}`, text: "What this means, and what to do next" },
		...(status === 401 ? [] : [{ href: "/", text: "The history" }]),
	];
}
