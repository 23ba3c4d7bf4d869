// The sections of a record's page: traffic, timeline, guards, Cloudflare's answers, and other deletions of the binding.

import type { BindingSnapshot, Deletion, Summary } from "../../../deletion/record/deletion.ts";
import { isGone } from "../../../deletion/record/gone.ts";
import { addressOf, historyOf, noFilter } from "../filter.ts";
import type { JSX } from "../jsx-runtime.ts";
import { timelineOf } from "../story.ts";
import type { Viewer } from "../viewer.ts";
import { Answer } from "./cloudflare-answer.tsx";
import { DeletionsTable } from "./deletions-table.tsx";
import { EffectFigure } from "./effect.tsx";
import { Guards } from "./guards.tsx";
import { Time } from "./marks.tsx";

export const WhatHappened = ({ deletion }: { deletion: Deletion }) => {
	const { binding, effect, guards, cloudflare, restoration, state } = deletion;
	return (
		<>
			{binding !== null && effect !== null && (
				<Part title="Traffic">
					<EffectFigure
						binding={binding}
						effect={effect}
						isDone={isGone(state)}
						isRestored={state === "restored" && restoration?.binding_id !== null}
					/>
				</Part>
			)}
			<Part title="Timeline">
				<ol class="story">
					{timelineOf(deletion).map(({ at, after, text }) => (
						<li>
							<span>
								<Time at={at} /> {after !== null && <small>{after}</small>}
							</span>
							<span>{text}</span>
						</li>
					))}
				</ol>
			</Part>
			{guards.length > 0 && (
				<Part title="Guards">
					<Guards guards={guards} atMs={judgedAtMs(deletion)} />
				</Part>
			)}
			{cloudflare !== null && (
				<Part title="Cloudflare's answer">
					<Answer answer={cloudflare} />
				</Part>
			)}
			{restoration?.cloudflare && (
				<Part title="Cloudflare's answer to the restoration">
					{restoration.failure !== null && <p class="notice">{restoration.failure.detail}</p>}
					<Answer answer={restoration.cloudflare} />
				</Part>
			)}
		</>
	);
};

const Part = ({ title, children }: { title: string; children: JSX.Children }) => (
	<section>
		<h2>{title}</h2>
		{children}
	</section>
);

/** When the guards last ran: at the request, or again after a wait. */
function judgedAtMs({ created_at, timeline }: Deletion): number {
	const judged = timeline.findLast(({ event }) => event === "planned" || event === "refused");
	return Date.parse(judged?.at ?? created_at);
}

interface OtherDeletionsProps {
	binding: BindingSnapshot;
	others: readonly Summary[];
	viewer: Viewer;
}

export const OtherDeletions = ({ binding: { id, prefix_id, cidr }, others, viewer }: OtherDeletionsProps) => (
	<Part title="Other deletions of this binding">
		{others.length === 0 ? (
			<p>None.</p>
		) : (
			<DeletionsTable caption="Other deletions of this binding" rows={others} viewer={viewer} />
		)}
		<p class="line">
			<a href={historyOf("binding_id", id)}>Binding history</a>
			<a href={historyOf("prefix_id", prefix_id)}>Prefix history</a>
			<a href={addressOf({ ...noFilter, text: cidr })}>Everything that overlaps {cidr}</a>
		</p>
	</Part>
);
