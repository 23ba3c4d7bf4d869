// Deletions as rows of a table; each leads to its record.
import type { State, Summary } from "../../../deletion/record/deletion.ts";
import { doorWords, stateWords } from "../words.ts";
import { Moment } from "./moment.tsx";

export const StateMark = ({ state }: { state: State }) => (
	<span class="state" data-state={state}>
		{stateWords[state] ?? state}
	</span>
);

interface RowsProps {
	caption: string;
	rows: readonly Summary[];
	/** Where a click on an actor's name leads. */
	actorHref(actor: string): string;
}

export const Rows = ({ caption, rows, actorHref }: RowsProps) => (
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
			{rows.map(({ id, created_at, state, cidr, binding_id, service_name, actor, door, reason }) => (
				<tr data-row="">
					<td class="when">
						<Moment at={created_at} />
					</td>
					<td>
						<StateMark state={state} />
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
			))}
		</tbody>
	</table>
);
