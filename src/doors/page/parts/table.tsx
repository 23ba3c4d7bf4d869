// Tables of rows, and lists of facts.
import type { JSX } from "../jsx-runtime.ts";

interface TableProps {
	/** For screen readers. */
	caption: string;
	/** Each with its title and, if the style needs one, the class of its cells. */
	columns: readonly (readonly [title: string, cells?: string])[];
	rows?: readonly Cells[];
	/** In place of rows. */
	groups?: readonly { title?: JSX.Children; rows: readonly Cells[] }[];
}

/** One for each column. On a phone a row is a card without heads, so a cell says what it is. */
type Cells = readonly JSX.Children[];

export const Table = ({ caption, columns, rows = [], groups = [{ rows }] }: TableProps) => (
	<table class="rows">
		<caption class="unseen">{caption}</caption>
		<thead>
			<tr>
				{columns.map(([title]) => (
					<th scope="col">{title}</th>
				))}
			</tr>
		</thead>
		{groups.map(({ title, rows }) => (
			<tbody>
				{title !== undefined && (
					<tr>
						<th scope="rowgroup" colspan={columns.length}>
							{title}
						</th>
					</tr>
				)}
				{rows.map((cells) => (
					<tr data-row="">
						{cells.map((cell, index) => (
							<td class={columns[index]?.[1]}>{cell}</td>
						))}
					</tr>
				))}
			</tbody>
		))}
	</table>
);

export type Fact = readonly [name: JSX.Children, value: JSX.Children];

/** Leaves out facts whose value is null. */
export const Facts = ({ facts }: { facts: readonly Fact[] }) => (
	<dl class="facts">
		{facts
			.filter(([, value]) => value !== null)
			.map(([name, value]) => (
				<>
					<dt>{name}</dt>
					<dd>{value}</dd>
				</>
			))}
	</dl>
);
