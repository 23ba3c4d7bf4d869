// Many restorations under one request: how far they are, and the outcome of each.
import type {
	RestorationItem,
	RestorationItemState,
	Restorations,
} from "../../../deletion/restorations/restorations.ts";

import type { Viewer } from "../viewer.ts";
import { doorWords, serviceWord } from "../words.ts";
import { Layout, type Present } from "./layout.tsx";
import { bindings } from "./lost.tsx";
import { Moment } from "./marks.tsx";

const words: Record<RestorationItemState, string> = {
	restored: "restored",
	already_bound: "bound already",
	restoring: "restoring",
	unknown: "outcome unknown",
	waiting: "waiting",
	refused: "refused",
	failed: "failed",
};
const states: readonly RestorationItemState[] = [
	"restored",
	"already_bound",
	"restoring",
	"unknown",
	"waiting",
	"refused",
	"failed",
];

interface RestorationsProps {
	viewer: Viewer;
	present: Present | null;
	restorations: Restorations;
	/** The page's ETag while it goes on. */
	live: string | null;
}

export function RestorationsPage({ viewer, present, restorations, live }: RestorationsProps) {
	const { id, state, total, counts, requested_at, requested_by, reason, settled_at, deletions } = restorations;
	const back = counts.restored + counts.already_bound;
	const isDone = state === "done";
	const title = isDone ? `Restored ${back} of ${bindings(total)}` : `Restoring ${bindings(total)}`;
	return (
		<Layout title={title} part="account" viewer={viewer} present={present} live={live} refreshes={live !== null}>
			<div class="line title">
				<h1>{title}</h1>
				<span class="state" data-state={isDone ? (back === total ? "restored" : "failed") : "restoring"}>
					{isDone ? (back === total ? "done" : `${total - back} not restored`) : "restoring"}
				</span>
				{live !== null && <a href={`/account/restorations/${id}`}>Reload</a>}
			</div>
			<progress max={total} value={back} aria-label={`${back} of ${total} restored`} />
			<ul class="line">
				{states.map((one) =>
					counts[one] === 0 ? null : (
						<li>
							<b>{counts[one]}</b> {words[one]}
						</li>
					),
				)}
			</ul>
			<dl class="facts">
				<dt>Requested by</dt>
				<dd>
					{requested_by.name} ({doorWords[requested_by.door] ?? requested_by.door})
				</dd>
				<dt>Reason</dt>
				<dd>{reason ?? "none"}</dd>
				<dt>Requested at</dt>
				<dd>
					<Moment at={requested_at} />
				</dd>
				<dt>Settled at</dt>
				<dd>{settled_at === null ? "not yet" : <Moment at={settled_at} />}</dd>
			</dl>
			{isDone && back < total && (
				<p class="notice bad">
					{bindings(total - back)} could not be restored. The list says why. Each record has a way to try again.
				</p>
			)}
			<section>
				<h2>Bindings</h2>
				<Items items={deletions} />
			</section>
		</Layout>
	);
}

const Items = ({ items }: { items: readonly RestorationItem[] }) => (
	<table class="rows">
		<caption class="unseen">Bindings, in the order of their restoration</caption>
		<thead>
			<tr>
				{["Binding", "Service", "State", "New binding"].map((title) => (
					<th scope="col">{title}</th>
				))}
			</tr>
		</thead>
		<tbody>
			{items.map(({ deletion_id, cidr, service_name, state, binding_id, detail }) => (
				<tr data-row="">
					<td class="what">
						<a href={`/records/${deletion_id}`}>{cidr ?? deletion_id}</a>
					</td>
					<td>{cidr === null ? null : serviceWord(service_name)}</td>
					<td>
						<span class="state" data-state={state}>
							{words[state] ?? state}
						</span>
						{detail !== null && <small class="cause"> {detail}</small>}
					</td>
					<td>{binding_id === null ? null : <code>{binding_id}</code>}</td>
				</tr>
			))}
		</tbody>
	</table>
);
