// The plan of one binding, and the form that deletes it.
import { sentenceOf } from "../../../deletion/guards.ts";
import type { Plan } from "../../../deletion/plan.ts";
import { historyOf } from "../filter.ts";
import type { Viewer } from "../viewer.ts";
import { Confirm } from "./confirm.tsx";
import { Copied } from "./copied.tsx";
import { EffectFigure } from "./effect.tsx";
import { Guards } from "./guards.tsx";
import { Layout, type Present } from "./layout.tsx";

interface PlanProps {
	plan: Plan;
	viewer: Viewer;
	present: Present | null;
	/** One for each time that the form is shown. */
	formKey: string;
	needsReason: boolean;
}

export const PlanPage = ({ plan, viewer, present, formKey, needsReason }: PlanProps) => {
	const { binding, effect, guards, would } = plan;
	return (
		<Layout title={binding.cidr} part="account" viewer={viewer} present={present}>
			<h1>{binding.cidr}</h1>
			<dl class="facts">
				<dt>Service</dt>
				<dd>{binding.service_name ?? "none named"}</dd>
				<dt>Provisioning</dt>
				<dd>{binding.provisioning?.state ?? "not told"}</dd>
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
				<Guards guards={guards.filter(({ guard }) => guard !== "no_reason")} />
				{!viewer.actor.scopes.includes("delete") ? (
					<p class="notice">You may look at it; to delete, you lack the scope “delete”.</p>
				) : would === "refuse" ? (
					<p class="notice">It would be refused now.</p>
				) : (
					<DeleteForm plan={plan} viewer={viewer} formKey={formKey} needsReason={needsReason} />
				)}
			</section>
			<p class="line">
				<a href={historyOf("binding_id", binding.id)}>Its history</a>
				<a href="/account">The account</a>
			</p>
		</Layout>
	);
};

const DeleteForm = ({ plan, viewer, formKey, needsReason }: Omit<PlanProps, "present">) => {
	const { cidr, service_name } = plan.binding;
	const waits = plan.would === "wait_for_approval";
	return (
		<Confirm
			summary={waits ? "Ask for its deletion…" : "Delete it…"}
			action={`/account/${cidr}`}
			viewer={viewer}
			button={waits ? `Ask to delete ${cidr}` : `Delete ${cidr}`}
		>
			<input type="hidden" name="key" value={formKey} />
			<input type="hidden" name="if_match" value={plan.snapshot} />
			<p>
				This deletes the binding of <b>{cidr}</b> to {service_name ?? "no service"}
				{waits ? ", as soon as another person has agreed" : ""}. Traffic begins to move at once and settles within{" "}
				{plan.effect.settles_within_hours} hours. There is no undo; a restoration is a new binding.
			</p>
			<p>
				<label for="reason">Reason{needsReason ? "" : " (may be left out)"}</label>
				<input id="reason" name="reason" maxlength={500} required={needsReason} autocomplete="off" />
			</p>
			{plan.acknowledge.filter((guard) => guard !== "no_reason").length > 0 && (
				<fieldset>
					<legend>Risks that have to be named</legend>
					{plan.acknowledge
						.filter((guard) => guard !== "no_reason")
						.map((guard) => (
							<p>
								<input type="checkbox" id={guard} name="acknowledge" value={guard} required />
								<label for={guard}>
									<b>{guard}</b>: {sentenceOf(guard)}
								</label>
							</p>
						))}
				</fieldset>
			)}
			<p>
				<label for="not_before">Not before, in UTC (left out: at once)</label>
				<input id="not_before" name="not_before" type="datetime-local" />
			</p>
		</Confirm>
	);
};
