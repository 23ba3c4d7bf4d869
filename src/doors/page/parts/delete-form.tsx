// The form that deletes a binding, behind a second step.

import { sentenceOf } from "../../../deletion/judgement/guards.ts";
import type { Plan } from "../../../deletion/judgement/plan.ts";
import type { Refilled } from "../form.ts";
import type { Viewer } from "../viewer.ts";
import { capital, guardWords, serviceWord } from "../words.ts";
import { Confirm, Field } from "./form.tsx";

export const DeleteForm = ({ plan, viewer, refill }: { plan: Plan; viewer: Viewer; refill: Refilled }) => {
	const { cidr, service_name } = plan.binding;
	const waits = plan.would === "wait_for_approval";
	// The form itself asks for a reason.
	const risks = plan.acknowledge.filter((guard) => guard !== "no_reason");
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
			<input type="hidden" name="key" value={crypto.randomUUID()} />
			<input type="hidden" name="if_match" value={plan.snapshot} />
			<p>
				This deletes the binding of <b>{cidr}</b> to {serviceWord(service_name)}
				{waits && " once someone else approves"}. Traffic starts to move at once and settles within{" "}
				{plan.effect.settles_within_hours} hours. There is no undo: restoring creates a new binding.
			</p>
			<Field {...refill.field("reason")} label="Reason" maxlength={500} required />
			{risks.length > 0 && (
				<fieldset>
					<legend>Risks to acknowledge</legend>
					{risks.map((guard) => (
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
			<Field {...refill.field("not_before")} label="Not before, in UTC (empty: now)" type="datetime-local" />
		</Confirm>
	);
};
