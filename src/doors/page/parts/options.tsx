// What people can still do about a deletion, each with what it does above its button. All but a restoration, which adds and
// removes nothing, is behind a second step.

import { sentenceOf } from "../../../deletion/judgement/guards.ts";
import { at, type Deletion, type ResolutionOutcome } from "../../../deletion/record/deletion.ts";
import { type Option, optionsFor } from "../../../deletion/steps/options.ts";
import { resolvableFromMs } from "../../../deletion/steps/resolution.ts";
import type { Refilled } from "../form.ts";
import type { JSX } from "../jsx-runtime.ts";
import type { Viewer } from "../viewer.ts";
import { nameOf, serviceWord } from "../words.ts";
import { EffectSentence } from "./effect.tsx";
import { Confirm, Field, Mistake, Offer } from "./form.tsx";
import { Time } from "./marks.tsx";

const optionTexts: Record<Option, { word: string; says(deletion: Deletion): JSX.Children }> = {
	approve: {
		word: "Approve",
		says: (deletion) => (
			<>
				<Asked deletion={deletion} />
				<p>
					unbind looks up the binding, runs the guards again, and deletes it{" "}
					{deletion.not_before === null ? "right away" : ["at ", <Time at={deletion.not_before} />]}. Traffic moves, and
					there is no undo.
				</p>
			</>
		),
	},
	reject: { word: "Reject", says: () => <p>Nothing is deleted. The record says that you rejected it.</p> },
	cancel: { word: "Cancel", says: () => <p>Nothing is deleted. The record says that you cancelled it.</p> },
	restore: {
		word: "Restore",
		says: ({ binding }) => (
			<p>
				Creates a new binding for {binding?.cidr} to {serviceWord(binding?.service_name ?? null)}, with a new id. It
				takes hours to reach the whole edge.
			</p>
		),
	},
};

/** What an approver must know, above the button. */
function Asked({ deletion: { actor, reason, binding, effect, approval, guards } }: { deletion: Deletion }) {
	const risks = guards.filter(({ guard, acknowledged }) => acknowledged || approval?.guards.includes(guard));
	return (
		<>
			<p>
				<b>{actor.name}</b> asks to delete it{reason === null ? ", without a reason." : <>: “{reason}”</>}
			</p>
			{binding !== null && effect !== null && (
				<p>
					<EffectSentence binding={binding} effect={effect} isDone={false} />
				</p>
			)}
			{risks.length > 0 && (
				<ul>
					{risks.map(({ guard }) => (
						<li>{sentenceOf(guard)}</li>
					))}
				</ul>
			)}
		</>
	);
}

interface OptionsProps {
	deletion: Deletion;
	viewer: Viewer;
	/** Whether the reader came to approve it. */
	isReview: boolean;
}

export function Options({ deletion, viewer, isReview }: OptionsProps) {
	const what = nameOf(deletion);
	const options = optionsFor(deletion, viewer.actor);
	if (options.length === 0) return null;
	return (
		<div class="options">
			{options.map((option) => {
				const { word, says } = optionTexts[option];
				const action = `/records/${deletion.id}/${option}`;
				if (option === "restore")
					return (
						<Offer action={action} viewer={viewer} button={`${word} ${what}`}>
							{says(deletion)}
						</Offer>
					);
				return (
					<Confirm
						summary={`${word}…`}
						action={action}
						back={`/records/${deletion.id}`}
						viewer={viewer}
						button={`${word} the deletion of ${what}`}
						isDangerous={option === "approve"}
						isOpen={isReview && option === "approve"}
					>
						{says(deletion)}
					</Confirm>
				);
			})}
		</div>
	);
}

const findings: readonly (readonly [ResolutionOutcome, string])[] = [
	["gone", "The binding is gone"],
	["standing", "The binding is there"],
];

interface ResolveProps {
	deletion: Deletion;
	viewer: Viewer;
	refill: Refilled;
}

/** If Cloudflare stays unreadable, someone who checked elsewhere, such as in the dashboard, settles the record. */
export function Resolve({ deletion, viewer, refill }: ResolveProps) {
	const what = nameOf(deletion);
	const from = resolvableFromMs(deletion);
	return (
		<div class="options">
			<Confirm
				summary="Resolve by hand…"
				action={`/records/${deletion.id}/resolve`}
				back={`/records/${deletion.id}`}
				viewer={viewer}
				button={`Settle the record of ${what}`}
				isOpen={!refill.isEmpty}
			>
				<p>
					First check Cloudflare's dashboard: is {what} still bound? unbind asks Cloudflare once more, and uses your
					answer only if Cloudflare gives none. You can do this from <Time at={at(from)} />.
				</p>
				<fieldset>
					<legend>What you found</legend>
					{findings.map(([outcome, text]) => (
						<p>
							<input
								type="radio"
								id={outcome}
								name="outcome"
								value={outcome}
								checked={refill.ticked("outcome", outcome)}
								required
							/>{" "}
							<label for={outcome}>{text}</label>
						</p>
					))}
					<Mistake of="outcome" text={refill.field("outcome").mistake} />
				</fieldset>
				<Field {...refill.field("note")} label="How you know" required maxlength={500} />
			</Confirm>
		</div>
	);
}
