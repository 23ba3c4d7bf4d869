// One deletion: what was asked for, what became of it and how, and what can still be done. Chat and webhooks link here.
import type { Deletion, Summary } from "../../../deletion/deletion.ts";
import { type Option, optionsFor } from "../../../deletion/options.ts";
import { addressOf, historyOf, noFilter } from "../filter.ts";
import type { JSX } from "../jsx-runtime.ts";
import { storyOf } from "../story.ts";
import type { Viewer } from "../viewer.ts";
import { doorWords } from "../words.ts";
import { Answer } from "./answer.tsx";
import { Confirm } from "./confirm.tsx";
import { Copied } from "./copied.tsx";
import { EffectFigure } from "./effect.tsx";
import { Guards } from "./guards.tsx";
import { Layout, type Present } from "./layout.tsx";
import { Moment } from "./moment.tsx";
import { Rows, StateMark } from "./rows.tsx";

interface RecordProps {
	deletion: Deletion;
	/** Other deletions of the same binding, newest first. */
	others: readonly Summary[];
	viewer: Viewer;
	present: Present | null;
	/** The page's ETag, while the deletion can change by itself. */
	live: string | null;
}

export const RecordPage = ({ deletion, others, viewer, present, live }: RecordProps) => {
	const { id, binding, effect, guards, cloudflare, restoration, failure, state } = deletion;
	const what = binding?.cidr ?? deletion.target;
	const isDone = state === "deleted" || state === "already_gone" || state === "restored";
	return (
		<Layout title={what} part="history" viewer={viewer} present={present} live={live}>
			<div class="line title">
				<h1>{what}</h1>
				<StateMark state={state} />
				{live !== null && <a href={`/records/${id}`}>Look again</a>}
			</div>
			{failure !== null && <p class="notice">{failure.detail}</p>}
			{failure?.last_deletion !== undefined && (
				<p>
					<a href={`/records/${failure.last_deletion.id}`}>Its last deletion</a>
				</p>
			)}
			<Options deletion={deletion} viewer={viewer} />
			<Facts deletion={deletion} />
			{binding !== null && effect !== null && (
				<Part title="The traffic">
					<EffectFigure binding={binding} effect={effect} isDone={isDone} />
				</Part>
			)}
			<Part title="How it went">
				<ol class="story">
					{storyOf(deletion).map(({ at, text }) => (
						<li>
							<Moment at={at} /> <span>{text}</span>
						</li>
					))}
				</ol>
			</Part>
			{guards.length > 0 && (
				<Part title="The guards">
					<Guards guards={guards} />
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
						<p>There are none.</p>
					) : (
						<Rows
							caption="Other deletions of this binding"
							rows={others}
							actorHref={(actor) => historyOf("actor", actor)}
						/>
					)}
					<p class="line">
						<a href={historyOf("binding_id", binding.id)}>Its history</a>
						<a href={historyOf("prefix_id", binding.prefix_id)}>The prefix's history</a>
						<a href={addressOf({ ...noFilter, text: binding.cidr })}>Whatever overlaps {binding.cidr}</a>
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

function Facts({ deletion }: { deletion: Deletion }) {
	const { id, binding, actor, reason, target, created_at, settled_at, not_before, approval, restoration } = deletion;
	const known = actor.user_name === undefined ? "" : `, there ${actor.user_name}`;
	const facts: [string, JSX.Children][] = [
		["Asked for by", `${actor.name} (${actor.platform ?? doorWords[actor.door] ?? actor.door}${known})`],
		["Reason", reason ?? "none was given"],
		["Asked for", <Moment at={created_at} />],
		["Settled", settled_at === null ? "not yet" : <Moment at={settled_at} />],
		["Named as", <Copied text={target} what="name" />],
		["Record", <Copied text={id} what="record's id" />],
	];
	if (not_before !== null) facts.push(["Not before", <Moment at={not_before} />]);
	if (approval !== null) {
		const word = approval.decided_by === null ? approval.state : `${approval.state} by ${approval.decided_by.name}`;
		facts.push([
			"Approval",
			<>
				{word}, for {approval.guards.join(", ")};{" "}
				{approval.state === "pending" && (
					<>
						it can be given until <Moment at={approval.expires_at} />
					</>
				)}
			</>,
		]);
	}
	if (binding !== null) {
		const { service_name, provisioning, id: bindingId, prefix_id } = binding;
		facts.push(
			["Service", `${service_name ?? "none named"} (${provisioning?.state ?? "provisioning not told"})`],
			["Binding", <Copied text={bindingId} what="binding's id" />],
			["Prefix", <Copied text={prefix_id} what="prefix's id" />],
		);
	}
	if (restoration?.binding_id)
		facts.push(["New binding", <Copied text={restoration.binding_id} what="new binding's id" />]);
	return (
		<dl class="facts">
			{facts.map(([name, value]) => (
				<>
					<dt>{name}</dt>
					<dd>{value}</dd>
				</>
			))}
		</dl>
	);
}

const optionTexts: Record<Option, { word: string; says(deletion: Deletion): string }> = {
	approve: {
		word: "Approve",
		says: ({ not_before }) =>
			`It is looked up and judged anew, and then deleted ${not_before === null ? "at once" : "at its time"}. Traffic moves, and there is no undo.`,
	},
	reject: { word: "Reject", says: () => "It is not deleted, and the record says that you rejected it." },
	cancel: { word: "Cancel", says: () => "It is not deleted, and the record says that you cancelled it." },
	restore: {
		word: "Restore",
		says: ({ binding }) =>
			`A new binding is created there, for ${binding?.service_name ?? "the same service"}, with a new id. It takes hours again to reach all of the edge.`,
	},
};

function Options({ deletion, viewer }: { deletion: Deletion; viewer: Viewer }) {
	const what = deletion.binding?.cidr ?? deletion.target;
	const options = optionsFor(deletion, viewer.actor);
	if (options.length === 0) return null;
	return (
		<div class="options">
			{options.map((option) => {
				const { word, says } = optionTexts[option];
				const button = option === "cancel" ? `Cancel the deletion of ${what}` : `${word} ${what}`;
				return (
					<Confirm
						summary={`${word}…`}
						action={`/records/${deletion.id}/${option}`}
						viewer={viewer}
						button={option === "approve" || option === "reject" ? `${word} the deletion of ${what}` : button}
					>
						<p>{says(deletion)}</p>
					</Confirm>
				);
			})}
		</div>
	);
}
