// Deletions as table rows; each links to its record. A row decides nothing: it only leads to where one can.

import { cidrsOf, contains, parseCidr } from "../../../deletion/address/cidr.ts";
import { sameName } from "../../../deletion/record/actor.ts";
import type { State, Summary } from "../../../deletion/record/deletion.ts";
import type { Viewer } from "../viewer.ts";
import { doorWords, failureWords, stateWords } from "../words.ts";
import { Ago } from "./marks.tsx";

export const StateMark = ({ state }: { state: State }) => (
	<span class="state" data-state={state}>
		{stateWords[state] ?? state}
	</span>
);

/** Why it was refused, or how long it waits. */
function Cause({ row: { state, failure_code, not_before, expires_at } }: { row: Summary }) {
	if (failure_code !== null && (state === "refused" || state === "failed"))
		return <small class="cause">· {failureWords[failure_code] ?? failure_code}</small>;
	if (state === "pending_approval" && expires_at !== null)
		return (
			<small class="cause">
				· expires <Ago at={expires_at} />
			</small>
		);
	if (state === "scheduled" && not_before !== null)
		return (
			<small class="cause">
				· runs <Ago at={not_before} />
			</small>
		);
	return null;
}

/** Going by the row; the record says for certain. */
function mayApprove({ state, actor: requester, cidr }: Summary, { actor }: Viewer): boolean {
	if (state !== "pending_approval" || !actor.scopes.includes("approve") || sameName(requester, actor.name))
		return false;
	const ranges = cidrsOf(actor.ranges);
	const bound = parseCidr(cidr ?? "");
	return ranges === null || (bound.ok && ranges.some((range) => contains(range, bound.value)));
}

interface RowsProps {
	caption: string;
	rows: readonly Summary[];
	viewer: Viewer;
	/** Where a click on an actor's name leads. */
	actorHref(actor: string): string;
}

export const Rows = ({ caption, rows, viewer, actorHref }: RowsProps) => (
	<table class="rows">
		<caption class="unseen">{caption}</caption>
		<thead>
			<tr>
				{["Requested", "State", "Binding", "Service", "By", "Reason"].map((title) => (
					<th scope="col">{title}</th>
				))}
			</tr>
		</thead>
		<tbody>
			{rows.map((row) => {
				const { id, created_at, state, cidr, binding_id, service_name, actor, door, reason } = row;
				return (
					<tr data-row="">
						<td class="when">
							<Ago at={created_at} />
						</td>
						<td class="standing">
							<StateMark state={state} /> <Cause row={row} />
							{mayApprove(row, viewer) && (
								<a class="review" href={`/records/${id}?review=true`}>
									Review and approve
								</a>
							)}
						</td>
						<td class="what">
							<a href={`/records/${id}`}>{cidr ?? binding_id ?? "no binding"}</a>
						</td>
						<td>{service_name}</td>
						<td class="who">
							<a href={actorHref(actor)}>{actor}</a> <small>{doorWords[door] ?? door}</small>
						</td>
						<td class="why">
							<span title={reason}>{reason}</span>
						</td>
					</tr>
				);
			})}
		</tbody>
	</table>
);
