// One deletion: the request, its outcome, how it got there, and what people can still do. Chat and webhooks link here.

import type { Deletion, Summary } from "../../../deletion/record/deletion.ts";
import { isGone } from "../../../deletion/record/gone.ts";
import { isResolvable } from "../../../deletion/steps/resolution.ts";
import { addressOf, historyOf, noFilter } from "../filter.ts";
import type { Refilled } from "../form.ts";
import type { JSX } from "../jsx-runtime.ts";
import { timelineOf } from "../story.ts";
import type { Viewer } from "../viewer.ts";
import { Answer } from "./answer.tsx";
import { EffectFigure } from "./effect.tsx";
import { Facts } from "./facts.tsx";
import { Guards } from "./guards.tsx";
import { Layout, type Present } from "./layout.tsx";
import { Moment } from "./marks.tsx";
import { Options, Resolve } from "./options.tsx";
import { Rows, StateMark } from "./rows.tsx";
import { StateNotice } from "./state-notice.tsx";

interface RecordProps {
	deletion: Deletion;
	/** Other deletions of the same binding, newest first. */
	others: readonly Summary[];
	viewer: Viewer;
	present: Present | null;
	/** The page's ETag while the deletion can change by itself. */
	live: string | null;
	/** What the form to resolve it by hand held. */
	refill: Refilled;
	/** The notice for a request that joined this deletion. */
	joined: string | null;
	/** Whether the reader came to approve it. */
	isReview: boolean;
	/** How long restored bindings took to settle; null if none did. */
	settling: string | null;
}

export const RecordPage = (props: RecordProps) => {
	const { deletion, others, viewer, present, live, refill, joined, isReview, settling } = props;
	const { id, binding, effect, guards, cloudflare, restoration, state } = deletion;
	const what = binding?.cidr || deletion.target;
	return (
		<Layout title={what} part="history" viewer={viewer} present={present} live={live}>
			<div class="line title">
				<h1>{what}</h1>
				<StateMark state={state} />
				{live !== null && <a href={`/records/${id}`}>Reload</a>}
			</div>
			{joined !== null && <p class="notice">{joined}</p>}
			<StateNotice deletion={deletion} viewer={viewer} />
			<Options deletion={deletion} viewer={viewer} isReview={isReview} />
			{isResolvable(deletion, viewer.actor) && <Resolve deletion={deletion} viewer={viewer} refill={refill} />}
			<Facts deletion={deletion} settling={settling} />
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
								<Moment at={at} /> {after !== null && <small>{after}</small>}
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
			{binding !== null && (
				<Part title="Other deletions of this binding">
					{others.length === 0 ? (
						<p>None.</p>
					) : (
						<Rows
							caption="Other deletions of this binding"
							rows={others}
							viewer={viewer}
							actorHref={(actor) => historyOf("actor", actor)}
						/>
					)}
					<p class="line">
						<a href={historyOf("binding_id", binding.id)}>Binding history</a>
						<a href={historyOf("prefix_id", binding.prefix_id)}>Prefix history</a>
						<a href={addressOf({ ...noFilter, text: binding.cidr })}>Everything that overlaps {binding.cidr}</a>
					</p>
				</Part>
			)}
		</Layout>
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
