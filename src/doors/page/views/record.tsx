// One deletion: what was asked for, what became of it and how, and what can still be done. Chat and webhooks link here.

import { type Option, optionsFor } from "../../../deletion/course/options.ts";
import { isResolvable, resolvableFromMs } from "../../../deletion/course/resolution.ts";
import { sentenceOf } from "../../../deletion/judgement/guards.ts";
import { at, type Deletion, type Restoration, type Summary } from "../../../deletion/record/deletion.ts";
import { addressOf, historyOf, noFilter } from "../filter.ts";
import type { JSX } from "../jsx-runtime.ts";
import { serviceWord } from "../serving.ts";
import { storyOf, textOf } from "../story.ts";
import type { Viewer } from "../viewer.ts";
import { doorWords, guardWords } from "../words.ts";
import { Answer } from "./answer.tsx";
import { Confirm } from "./confirm.tsx";
import { Copied } from "./copied.tsx";
import { EffectFigure, EffectSentence } from "./effect.tsx";
import { capital, Guards } from "./guards.tsx";
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
	/** What a request that joined it is told. */
	joined: string | null;
}

export const RecordPage = ({ deletion, others, viewer, present, live, joined }: RecordProps) => {
	const { id, binding, effect, guards, cloudflare, restoration, state } = deletion;
	const what = binding?.cidr ?? deletion.target;
	const isDone = state === "deleted" || state === "already_gone" || state === "restored";
	return (
		<Layout title={what} part="history" viewer={viewer} present={present} live={live}>
			<div class="line title">
				<h1>{what}</h1>
				<StateMark state={state} />
				{live !== null && <a href={`/records/${id}`}>Look again</a>}
			</div>
			{joined !== null && <p class="notice">{joined}</p>}
			<Standing deletion={deletion} viewer={viewer} />
			<Options deletion={deletion} viewer={viewer} />
			{isResolvable(deletion, viewer.actor) && <Resolve deletion={deletion} viewer={viewer} />}
			<Facts deletion={deletion} />
			{binding !== null && effect !== null && (
				<Part title="Traffic">
					<EffectFigure
						binding={binding}
						effect={effect}
						isDone={isDone}
						isRestored={state === "restored" && restoration?.binding_id !== null}
					/>
				</Part>
			)}
			<Part title="Timeline">
				<ol class="story">
					{storyOf(deletion).map(({ at, after, text }) => (
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

/** What its state means for who reads it, and what comes next. */
function Standing({ deletion, viewer }: { deletion: Deletion; viewer: Viewer }) {
	const { state, failure, cloudflare, approval, not_before, restoration } = deletion;
	const what = deletion.binding?.cidr ?? deletion.target;
	const isOwn = deletion.actor.name.toLowerCase() === viewer.actor.name.toLowerCase();
	const said = failure === null || failure.code === "binding_not_found" ? [] : (cloudflare?.errors ?? []);
	return (
		<>
			{state === "pending_approval" && approval !== null && (
				<p class="notice">
					{isOwn ? "Waiting for someone else to approve it: you requested it." : "Waiting for an approval."} Expires at{" "}
					<Moment at={approval.expires_at} />.
				</p>
			)}
			{state === "scheduled" && not_before !== null && (
				<p class="notice">
					Runs at <Moment at={not_before} />. The guards check it again then.
				</p>
			)}
			{state === "unknown" && (
				<p class="notice">
					{what} may or may not be gone: Cloudflare gave no clear answer. unbind keeps checking until it knows. There is
					nothing to do.
				</p>
			)}
			{failure !== null && (
				<div class="notice bad">
					<p>{failure.detail}</p>
					{said.map((message) => (
						<p>
							Cloudflare said: {message.code !== undefined && <b>{textOf(message.code)} </b>}
							{textOf(message.message)}
						</p>
					))}
					<p class="line">
						{(state === "refused" || state === "failed") && <a href={`/account/${what}`}>See the plan again</a>}
						{failure.last_deletion !== undefined && (
							<a href={`/records/${failure.last_deletion.id}`}>Its last deletion</a>
						)}
					</p>
				</div>
			)}
			{restoration?.failure && <p class="notice bad">Not restored. {restoration.failure.detail}</p>}
		</>
	);
}

/** When the guards last judged: at the request, or again after a wait. */
function judgedAtMs({ created_at, timeline }: Deletion): number {
	const judged = timeline.findLast(({ event }) => event === "planned" || event === "refused");
	return Date.parse(judged?.at ?? created_at);
}

function Facts({ deletion }: { deletion: Deletion }) {
	const { id, binding, actor, reason, target, created_at, settled_at, not_before, approval, restoration, resolution } =
		deletion;
	const known = actor.user_name === undefined ? "" : `, as ${actor.user_name}`;
	const facts: [string, JSX.Children][] = [
		["Requested by", `${actor.name} (${actor.platform ?? doorWords[actor.door] ?? actor.door}${known})`],
		["Reason", reason ?? "none"],
		["Requested at", <Moment at={created_at} />],
		["Settled at", settled_at === null ? "not yet" : <Moment at={settled_at} />],
	];
	if (not_before !== null) facts.push(["Not before", <Moment at={not_before} />]);
	if (approval !== null) {
		const word = approval.decided_by === null ? approval.state : `${approval.state} by ${approval.decided_by.name}`;
		facts.push([
			"Approval",
			<>
				{word}, for {approval.guards.map((guard) => guardWords[guard]).join(", ")}.
				{approval.state === "pending" && (
					<>
						{" "}
						Expires at <Moment at={approval.expires_at} />
					</>
				)}
			</>,
		]);
	}
	if (binding !== null) {
		const { service_name, provisioning } = binding;
		facts.push(["Service", `${capital(serviceWord(service_name))} (${provisioning?.state ?? "provisioning unknown"})`]);
	}
	if (resolution !== undefined)
		facts.push(["Resolved", `${resolution.outcome}, by ${resolution.by.name}: ${resolution.note}`]);
	if (restoration !== null) facts.push([restorationWords[restoration.state], <Restored restoration={restoration} />]);
	if (binding !== null)
		facts.push(
			["Binding", <Copied text={binding.id} what="binding's id" />],
			["Prefix", <Copied text={binding.prefix_id} what="prefix's id" />],
		);
	facts.push(["Target", <Copied text={target} what="target" />], ["Record", <Copied text={id} what="record's id" />]);
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

const restorationWords: Record<Restoration["state"], string> = {
	restoring: "Restoring",
	unknown: "Restoring",
	restored: "Restored",
	already_bound: "Restored",
	failed: "Restoration failed",
};

function Restored({ restoration }: { restoration: Restoration }) {
	const { state, requested_by, requested_at, settled_at, binding_id, provisioning, settles_within_hours } = restoration;
	return (
		<>
			{requested_by.name} ({doorWords[requested_by.door]}), at <Moment at={settled_at ?? requested_at} />.{" "}
			{state === "restored" && provisioning?.state !== "active" && `Settles within ${settles_within_hours} hours. `}
			{state === "already_bound" && "The same service was bound there already. "}
			{binding_id !== null && (
				<>
					New binding: <a href={`/account/${binding_id}`}>{binding_id}</a>
				</>
			)}
		</>
	);
}

const optionTexts: Record<Option, { word: string; says(deletion: Deletion): JSX.Children }> = {
	approve: {
		word: "Approve",
		says: (deletion) => (
			<>
				<Asked deletion={deletion} />
				<p>
					unbind looks it up and checks it again, then deletes it{" "}
					{deletion.not_before === null ? "at once" : <Due at={deletion.not_before} />}. Traffic moves, and there is no
					undo.
				</p>
			</>
		),
	},
	reject: { word: "Reject", says: () => <p>It is not deleted. The record says that you rejected it.</p> },
	cancel: { word: "Cancel", says: () => <p>It is not deleted. The record says that you cancelled it.</p> },
	restore: {
		word: "Restore",
		says: ({ binding }) => (
			<p>
				Creates a new binding for {binding?.cidr} to {serviceWord(binding?.service_name ?? null)}, with a new id. It
				takes hours to reach all of the edge.
			</p>
		),
	},
};

const Due = ({ at }: { at: string }) => (
	<>
		at <Moment at={at} />
	</>
);

/** What an approver has to know, above the button. */
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

function Options({ deletion, viewer }: { deletion: Deletion; viewer: Viewer }) {
	const what = deletion.binding?.cidr ?? deletion.target;
	const options = optionsFor(deletion, viewer.actor);
	if (options.length === 0) return null;
	return (
		<div class="options">
			{options.map((option) => {
				const { word, says } = optionTexts[option];
				return (
					<Confirm
						summary={`${word}…`}
						action={`/records/${deletion.id}/${option}`}
						viewer={viewer}
						button={option === "restore" ? `${word} ${what}` : `${word} the deletion of ${what}`}
						isDangerous={option === "approve"}
					>
						{says(deletion)}
					</Confirm>
				);
			})}
		</div>
	);
}

/** For when Cloudflare stays unreadable: somebody looked elsewhere, as in the dashboard. */
function Resolve({ deletion, viewer }: { deletion: Deletion; viewer: Viewer }) {
	const what = deletion.binding?.cidr ?? deletion.target;
	const from = resolvableFromMs(deletion);
	return (
		<div class="options">
			<Confirm
				summary="Resolve by hand…"
				action={`/records/${deletion.id}/resolve`}
				viewer={viewer}
				button={`Settle the record of ${what}`}
			>
				<p>
					Look at Cloudflare's dashboard first: is {what} bound there? unbind asks Cloudflare once more, and your word
					counts only if there is no answer. Possible from <Moment at={at(from)} />.
				</p>
				<p>
					<input type="radio" id="resolve-gone" name="outcome" value="gone" required />{" "}
					<label for="resolve-gone">The binding is gone</label>{" "}
					<input type="radio" id="resolve-standing" name="outcome" value="standing" required />{" "}
					<label for="resolve-standing">The binding is there</label>
				</p>
				<p>
					<label for="resolve-note">How you know</label>
					<input id="resolve-note" name="note" required maxlength={500} autocomplete="off" />
				</p>
			</Confirm>
		</div>
	);
}
