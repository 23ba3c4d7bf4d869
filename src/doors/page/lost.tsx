// A mass deletion: what disappeared, what restoring it will create and in which order, and the form that restores it. The form
// names the list that it shows, so only that is restored, and has its own key, so it counts as one request however often it is
// sent.
import type { IRequest } from "itty-router";
import * as v from "valibot";
import { digestOf } from "../../deletion/record/digest.ts";
import { authorWords, type MassDeletion, type ToRestore } from "../../deletion/restorations/mass-deletion.ts";
import type { Restorations } from "../../deletion/restorations/restorations.ts";
import { fail, ok, type Result } from "../../deletion/result.ts";
import { lacks } from "../auth/authenticate.ts";
import type { Context } from "../context.ts";
import { failureProblem } from "../reply/failure.ts";
import { atField, type Problem, problem } from "../reply/problem.ts";
import { readQuery, reasonSchema } from "../request/input.ts";
import { type Lost, readLost } from "../request/mass-deletions.ts";
import { changeDoor, type Page, type Shown } from "./door.tsx";
import { keptIn, type Refilled } from "./form.ts";
import { glance } from "./glance.ts";
import { html, seeOther } from "./html.ts";
import { Layout } from "./parts/layout.tsx";
import { LostTable, RestoreForm } from "./parts/lost-bindings.tsx";
import { Time } from "./parts/marks.tsx";
import { Facts } from "./parts/table.tsx";
import { restorationsPath } from "./restorations.tsx";
import type { Viewer } from "./viewer.ts";
import { counted } from "./words.ts";

/** What the user typed into the form before signing in. */
const typedEntries = { reason: v.optional(reasonSchema) };

export const showLost: Page = async (request, context, viewer) => {
	const query = readQuery(context.url, typedEntries);
	return query.ok ? lostPage(request, context, viewer, keptIn(query.value)) : query;
};

async function lostPage(request: IRequest, context: Context, viewer: Viewer, refill: Refilled): Shown {
	const known = await lostIn(request, context, viewer);
	if (!known.ok) return known;
	const { mass, prefixCidr, what } = known.value;
	const { all, missing, prefixes } = what;
	const [overview, last] = await Promise.all([glance(context), lastRestorations(mass, context)]);
	const page = (
		<Layout title={`${counted(all.length, "binding")} disappeared`} part="account" viewer={viewer} overview={overview}>
			<p class="hint">
				They disappeared within one interval of the watch. unbind did not delete them.{" "}
				<a href="/account">The account now</a>
			</p>
			<Facts
				facts={[
					["Missing since", <Time at={mass.since} />],
					["Noticed at", [<Time at={mass.noticed_at} />, mass.froze && ". unbind froze all deletions then."]],
					["Deleted by", authorWords(mass.deletions)],
					["Prefixes", `${prefixes.total}, ${darkWords(prefixes)}`],
					["Restored", `${all.length - missing} of ${all.length}`],
				]}
			/>
			{whyNot(what, last, viewer) ?? (
				<>
					<Outside count={what.outside} />
					{what.restorable.length > 0 && (
						<RestoreForm
							action={`/account/lost/${mass.id}/restore`}
							what={what}
							list={listOf(what)}
							prefixCidr={prefixCidr}
							viewer={viewer}
							refill={refill}
						/>
					)}
				</>
			)}
			<section>
				<h2>{missing === 0 ? "What was restored" : "What will be created"}</h2>
				<p class="hint">In this order: prefixes with no binding left come first.</p>
				<LostTable all={all} prefixCidr={prefixCidr} />
			</section>
			{last?.state === "done" && (
				<p>
					<a href={restorationsPath(last.id)}>The last restoration of these bindings</a>
				</p>
			)}
		</Layout>
	);
	return ok(html(page, refill.status));
}

const darkWords = ({ total, dark }: ToRestore["prefixes"]): string =>
	dark === 0 ? "each still has a binding" : `${dark === total ? "all" : dark} with no binding left`;

/** null if this viewer may restore them. */
function whyNot({ missing }: ToRestore, last: Restorations | null, { actor }: Viewer) {
	if (missing === 0) return <p class="notice">All of them are restored.</p>;
	if (last?.state === "restoring")
		return (
			<p class="notice">
				They are being restored. <a href={restorationsPath(last.id)}>Follow the restoration</a>
			</p>
		);
	if (!actor.scopes.includes("restore"))
		return <p class="notice">You can't restore these bindings: you lack the scope “restore”.</p>;
	return null;
}

const Outside = ({ count }: { count: number }) =>
	count === 0 ? null : (
		<p class="notice">
			{count} of them {count === 1 ? "is" : "are"} outside your ranges. Someone else has to restore{" "}
			{count === 1 ? "it" : "them"}.
		</p>
	);

async function lostIn(request: IRequest, context: Context, { actor }: Viewer): Promise<Result<Lost, Problem>> {
	const lost = await readLost(request.params.id ?? "", actor, context);
	if (!lost.ok) return lost;
	return lost.value === null ? fail(noSuchEvent) : ok(lost.value);
}

const noSuchEvent = problem("not_found", "There is no mass deletion with this id. unbind keeps them for a week.");

/** The newest restoration that was requested for it. */
async function lastRestorations(mass: MassDeletion, { ledger }: Context): Promise<Restorations | null> {
	const last = mass.restorations_id === null ? null : await ledger.restorations(mass.restorations_id);
	return last?.ok ? last.value : null;
}

/** Names the list that is shown: the same for the same bindings, in whichever order. */
const listOf = ({ restorable }: ToRestore): string =>
	digestOf(
		restorable
			.map(({ row }) => row.id)
			.toSorted()
			.join(","),
	);

const entries = {
	reason: v.optional(reasonSchema),
	key: v.pipe(v.string(), v.regex(/^[0-9a-f-]{36}$/)),
	list: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
};

export const restoreLost = changeDoor(
	entries,
	async (request, context, viewer, { reason = null, key, list }) => {
		const { actor } = viewer;
		const missing = lacks(actor, "restore");
		if (missing !== null) return fail(missing);
		const known = await lostIn(request, context, viewer);
		if (!known.ok) return known;
		const { mass, what } = known.value;
		const last = await lastRestorations(mass, context);
		// A second press, or someone else was faster.
		if (last !== null && (last.state === "restoring" || what.missing === 0))
			return ok(seeOther(restorationsPath(last.id)));
		if (listOf(what) !== list) {
			const changed = problem("conflict", "The list has changed since you opened this page. Nothing was restored.");
			return fail(atField(changed, "list", "has changed"));
		}
		const deletions = what.restorable.map(({ row }) => row.id);
		const begun = await context.ledger.restoreMany({ deletions, reason, actor, key: `page:${key}` });
		return begun.ok ? ok(seeOther(restorationsPath(begun.value.id))) : fail(failureProblem(begun.failure));
	},
	{ fields: ["reason", "list"], show: lostPage },
);
