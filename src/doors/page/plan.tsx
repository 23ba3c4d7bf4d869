// One binding: what deleting it would do, and the form that deletes it. The form holds the plan's snapshot, so only what was
// shown can be deleted, and its own key, so it counts as one request however often it is sent.

import * as v from "valibot";
import type { Target } from "../../deletion/address/target.ts";
import { fail, ok } from "../../deletion/result.ts";
import type { Context } from "../context.ts";
import { pageWaitMs } from "../limits.ts";
import { failureProblem } from "../reply/failure.ts";
import { deletionEntries, requestByHeaders, wishOf } from "../request/deletion.ts";
import { readQuery, reasonSchema } from "../request/input.ts";
import { targetInPath } from "../request/named-target.ts";
import { changeDoor, type Page, type Shown } from "./door.tsx";
import { historyOf } from "./filter.ts";
import { keptIn, type Refilled, utcMinute } from "./form.ts";
import { glance } from "./glance.ts";
import { html, seeOther } from "./html.ts";
import { DeleteForm } from "./parts/delete-form.tsx";
import { EffectFigure } from "./parts/effect.tsx";
import { Guards } from "./parts/guards.tsx";
import { Layout } from "./parts/layout.tsx";
import { Copied } from "./parts/marks.tsx";
import { Facts } from "./parts/table.tsx";
import type { Viewer } from "./viewer.ts";
import { capital, serviceWord } from "./words.ts";

/** What the user typed into the form before signing in. */
const typedEntries = { reason: v.optional(reasonSchema), not_before: v.optional(v.pipe(v.string(), v.maxLength(40))) };

/** Stands in for the reason until the form asks for it. */
const reasonToCome = "to be given";

export const showPlan: Page = async (request, context, viewer) => {
	const target = targetInPath(request.params.target ?? "", context);
	if (!target.ok) return target;
	const query = readQuery(context.url, typedEntries);
	return query.ok ? planPage(target.value, context, viewer, keptIn(query.value)) : query;
};

async function planPage(target: Target, context: Context, viewer: Viewer, refill: Refilled): Shown {
	const wish = wishOf(viewer.actor, target, { reason: reasonToCome });
	const [plan, overview] = await Promise.all([context.ledger.plan({ ...wish, ifMatch: null }), glance(context)]);
	if (!plan.ok) return fail(failureProblem(plan.failure));
	const { binding, effect, guards, would } = plan.value;
	const { advertised = null } = effect;
	const page = (
		<Layout title={binding.cidr} part="account" viewer={viewer} overview={overview}>
			<Facts
				facts={[
					["Service", capital(serviceWord(binding.service_name))],
					["Provisioning", binding.provisioning?.state ?? "unknown"],
					["Announced by Cloudflare", advertised === null ? "unknown" : advertised ? "yes" : "no"],
					["Binding", <Copied text={binding.id} what="binding's id" />],
					["Prefix", <Copied text={binding.prefix_id} what="prefix's id" />],
				]}
			/>
			<section>
				<h2>If it were deleted now</h2>
				<EffectFigure binding={binding} effect={effect} isDone={false} />
				<Guards guards={guards.filter(({ guard }) => guard !== "no_reason")} atMs={Date.now()} />
				{!viewer.actor.scopes.includes("delete") ? (
					<p class="notice">You can't delete this binding: you lack the scope “delete”.</p>
				) : would === "refuse" ? (
					<p class="notice">A deletion would be refused right now.</p>
				) : (
					<DeleteForm plan={plan.value} viewer={viewer} refill={refill} />
				)}
			</section>
			<p class="line">
				<a href={historyOf("binding_id", binding.id)}>Binding history</a>
				<a href="/account">Account</a>
			</p>
		</Layout>
	);
	return ok(html(page, refill.status));
}

const entries = {
	...deletionEntries,
	not_before: v.optional(utcMinute),
	key: v.pipe(v.string(), v.regex(/^[0-9a-f-]{36}$/)),
	if_match: v.pipe(v.string(), v.regex(/^[0-9a-f.]{1,100}$/)),
};

export const deleteBinding = changeDoor(
	entries,
	async (request, context, { actor }, { reason, acknowledge, not_before, key, if_match }) => {
		const target = targetInPath(request.params.target ?? "", context);
		if (!target.ok) return target;
		const headers = new Headers({
			"idempotency-key": `page:${key}`,
			"if-match": `"${if_match}"`,
			prefer: `wait=${pageWaitMs / 1000}`,
		});
		const wish = wishOf(actor, target.value, { reason, acknowledge, not_before });
		const admitted = await requestByHeaders(wish, { headers }, context);
		if (!admitted.ok) return admitted;
		const { deletion, joined = false } = admitted.value;
		return ok(seeOther(`/records/${deletion.id}${joined ? "?joined=true" : ""}`));
	},
	{
		fields: ["reason", "not_before"],
		async show(request, context, viewer, refill) {
			const target = targetInPath(request.params.target ?? "", context);
			return target.ok ? planPage(target.value, context, viewer, refill) : target;
		},
	},
);
