// The plan of one binding and the form that deletes it.

import { sentenceOf } from "../../../deletion/judgement/guards.ts";
import type { Plan } from "../../../deletion/judgement/plan.ts";
import { historyOf } from "../filter.ts";
import type { Refilled } from "../form.ts";
import type { Viewer } from "../viewer.ts";
import { announcedWord, guardWords, serviceWord } from "../words.ts";
import { EffectFigure } from "./effect.tsx";
import { Confirm, Field } from "./form.tsx";
import { capital, Guards } from "./guards.tsx";
import { Layout, type Present } from "./layout.tsx";
import { Copied } from "./marks.tsx";

interface PlanProps {
	plan: Plan;
	viewer: Viewer;
	present: Present | null;
	/** A new one each time the form is shown. */
	formKey: string;
	refill: Refilled;
	nowMs: number;
}

export const PlanPage = ({ plan, viewer, present, formKey, refill, nowMs }: PlanProps) => {
	const { binding, effect, guards, would } = plan;
	return (
		<Layout title={binding.cidr} part="account" viewer={viewer} present={present}>
			<h1>{binding.cidr}</h1>
			<dl class="facts">
				<dt>Service</dt>
				<dd>{capital(serviceWord(binding.service_name))}</dd>
				<dt>Provisioning</dt>
				<dd>{binding.provisioning?.state ?? "unknown"}</dd>
				<dt>Announced by Cloudflare</dt>
				<dd>{announcedWord(effect.advertised ?? null)}</dd>
				<dt>Binding</dt>
				<dd>
					<Copied text={binding.id} what="binding's id" />
				</dd>
				<dt>Prefix</dt>
				<dd>
					<Copied text={binding.prefix_id} what="prefix's id" />
				</dd>
			</dl>
			<section>
				<h2>If it were deleted now</h2>
				<EffectFigure binding={binding} effect={effect} isDone={false} />
				<Guards guards={guards.filter(({ guard }) => guard !== "no_reason")} atMs={nowMs} />
				{!viewer.actor.scopes.includes("delete") ? (
					<p class="notice">You can't delete it, because you lack the scope “delete”.</p>
				) : would === "refuse" ? (
					<p class="notice">A deletion would be refused right now.</p>
				) : (
					<DeleteForm plan={plan} viewer={viewer} formKey={formKey} refill={refill} />
				)}
			</section>
			<p class="line">
				<a href={historyOf("binding_id", binding.id)}>Binding history</a>
				<a href="/account">Account</a>
			</p>
		</Layout>
	);
};

const DeleteForm = ({ plan, viewer, formKey, refill }: Omit<PlanProps, "present" | "nowMs">) => {
	const { cidr, service_name } = plan.binding;
	const waits = plan.would === "wait_for_approval";
	return (
		<Confirm
			summary={waits ? "Ask for approval…" : "Delete…"}
			action={`/account/${cidr}`}
			back={`/account/${cidr}`}
			isDangerous
			isOpen={!refill.isEmpty}
			viewer={viewer}
			button={waits ? `Ask to delete ${cidr}` : `Delete ${cidr}`}
		>
			<input type="hidden" name="key" value={formKey} />
			<input type="hidden" name="if_match" value={plan.snapshot} />
			<p>
				This deletes the binding of <b>{cidr}</b> to {serviceWord(service_name)}
				{waits ? " once someone else approves" : ""}. Traffic starts to move at once and settles within{" "}
				{plan.effect.settles_within_hours} hours. There is no undo: restoring creates a new binding.
			</p>
			<Field
				id="reason"
				name="reason"
				label="Reason"
				value={refill.typed("reason")}
				mistake={refill.mistake("reason")}
				maxlength={500}
				required
			/>
			{plan.acknowledge.filter((guard) => guard !== "no_reason").length > 0 && (
				<fieldset>
					<legend>Risks to acknowledge</legend>
					{plan.acknowledge
						.filter((guard) => guard !== "no_reason")
						.map((guard) => (
							<p>
								<input
									type="checkbox"
									id={guard}
									name="acknowledge"
									value={guard}
									checked={refill.ticked("acknowledge", guard)}
									required
								/>
								<label for={guard}>
									<b>{capital(guardWords[guard])}.</b> {sentenceOf(guard)}
								</label>
							</p>
						))}
				</fieldset>
			)}
			<Field
				id="not_before"
				name="not_before"
				label="Not before, in UTC (empty: now)"
				type="datetime-local"
				value={refill.typed("not_before")}
				mistake={refill.mistake("not_before")}
			/>
		</Confirm>
	);
};
