// Deletions as table rows; each links to its record. A row decides nothing: it only leads to where one can.

import { isWithin } from "../../../deletion/address/cidr.ts";
import { sameName } from "../../../deletion/record/actor.ts";
import type { Summary } from "../../../deletion/record/deletion.ts";
import { historyOf } from "../filter.ts";
import type { Viewer } from "../viewer.ts";
import { doorWord, failureWord } from "../words.ts";
import { StateMark, Time } from "./marks.tsx";
import { Table } from "./table.tsx";

interface DeletionsTableProps {
	caption: string;
	rows: readonly Summary[];
	viewer: Viewer;
	/** Where a click on an actor's name leads. */
	actorHref?(actor: string): string;
}

export const DeletionsTable = ({
	caption,
	rows,
	viewer,
	actorHref = (actor) => historyOf("actor", actor),
}: DeletionsTableProps) => (
	<Table
		caption={caption}
		columns={[
			["Requested", "when"],
			["State", "standing"],
			["Binding", "what"],
			["Service"],
			["By", "who"],
			["Reason", "why"],
		]}
		rows={rows.map((row) => [
			<Time at={row.created_at} isInList />,
			<State row={row} viewer={viewer} />,
			<a href={`/records/${row.id}`}>{row.cidr ?? row.binding_id ?? "no binding"}</a>,
			row.service_name,
			<>
				<a href={actorHref(row.actor)}>{row.actor}</a> <small>{doorWord(row.door)}</small>
			</>,
			<span title={row.reason}>{row.reason}</span>,
		])}
	/>
);

const State = ({ row, viewer }: { row: Summary; viewer: Viewer }) => (
	<>
		<StateMark state={row.state} /> <Cause row={row} />
		{mayApprove(row, viewer) && (
			<a class="review" href={`/records/${row.id}?review=true`}>
				Review and approve
			</a>
		)}
	</>
);

/** Why it was refused, or how long it waits. */
function Cause({ row: { state, failure_code, not_before, expires_at } }: { row: Summary }) {
	if (failure_code !== null && (state === "refused" || state === "failed"))
		return <small class="cause">· {failureWord(failure_code)}</small>;
	const [does, at] =
		state === "pending_approval" ? ["expires", expires_at] : state === "scheduled" ? ["runs", not_before] : ["", null];
	if (at === null) return null;
	return (
		<small class="cause">
			· {does} <Time at={at} isInList />
		</small>
	);
}

/** Going by the row; the record says for certain. */
function mayApprove({ state, actor: requester, cidr }: Summary, { actor }: Viewer): boolean {
	if (state !== "pending_approval" || !actor.scopes.includes("approve") || sameName(requester, actor.name))
		return false;
	return isWithin(actor.ranges, cidr ?? "");
}
