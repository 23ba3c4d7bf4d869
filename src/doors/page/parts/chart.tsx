// The outcomes of the last days: one bar per day, which links to that day, and the same numbers as a table for people who
// can't see or click bars.

import type { OutcomeCount } from "../../../deletion/ledger-api.ts";
import type { SettledState, State } from "../../../deletion/record/deletion.ts";
import { addressOf, type PageFilter } from "../filter.ts";

const kinds: { name: string; states: readonly SettledState[] }[] = [
	{ name: "deleted", states: ["deleted", "already_gone"] },
	{ name: "restored", states: ["restored"] },
	{ name: "refused", states: ["refused"] },
	{ name: "failed", states: ["failed"] },
	{ name: "given up", states: ["cancelled", "expired"] },
	{ name: "deleted elsewhere", states: ["deleted_elsewhere"] },
];

const heightPx = 72;

interface ChartProps {
	filter: PageFilter;
	outcomes: readonly OutcomeCount[];
	/** Oldest first, such as 2026-02-20. */
	days: readonly string[];
}

interface Day {
	day: string;
	counts: number[];
	total: number;
}

/** Outcomes are counted by state only, so a list filtered by anything else has no chart. */
export function Chart({ filter, outcomes, days }: ChartProps) {
	if (filter.text !== null || filter.conditions.some(({ field }) => field !== "state")) return null;
	const counted = days.map((day): Day => {
		const counts = kinds.map(({ states }) =>
			sum(
				outcomes
					.filter((one) => one.day === day && states.includes(one.state) && isShown(one.state, filter))
					.map(({ count }) => count),
			),
		);
		return { day, counts, total: sum(counts) };
	});
	const dayHref = (day: string): string => addressOf({ ...filter, since: day, until: day });
	const most = Math.max(1, ...counted.map(({ total }) => total));
	const busy = counted.filter(({ total }) => total > 0);
	return (
		<figure class="chart" id="chart">
			<figcaption>
				Last {days.length} days, up to {most} per day
				<ul class="legend">
					{kinds.map(({ name }, kind) => (
						<li data-kind={kind}>{name}</li>
					))}
				</ul>
			</figcaption>
			<svg width="100%" height={heightPx} aria-hidden="true">
				{counted.map((day, index) => (
					<a href={dayHref(day.day)} tabindex="-1">
						<title>{`${day.day}: ${countWords(day)}`}</title>
						<Bar
							day={day}
							most={most}
							x={(index / days.length) * 100}
							width={100 / days.length}
							shown={filter.since === day.day && filter.until === day.day}
						/>
					</a>
				))}
			</svg>
			<details class="plain">
				<summary>Show as a table</summary>
				<table>
					<thead>
						<tr>
							<th scope="col">Day</th>
							{kinds.map(({ name }) => (
								<th scope="col">{name}</th>
							))}
						</tr>
					</thead>
					<tbody>
						{busy.map(({ day, counts }) => (
							<tr>
								<th scope="row">
									<a href={dayHref(day)}>{day}</a>
								</th>
								{counts.map((count) => (
									<td>{count}</td>
								))}
							</tr>
						))}
					</tbody>
				</table>
				{busy.length === 0 && <p>No deletions.</p>}
			</details>
		</figure>
	);
}

function isShown(state: State, { conditions }: PageFilter): boolean {
	const named = conditions.filter(({ is }) => is);
	const holds = named.length === 0 || named.some(({ value }) => value === state);
	return holds && !conditions.some(({ is, value }) => !is && value === state);
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);

const countWords = ({ counts, total }: Day): string =>
	total === 0
		? "none"
		: counts.flatMap((count, kind) => (count === 0 ? [] : [`${count} ${kinds[kind]?.name ?? ""}`])).join(", ");

/** Drawn from the bottom up. The full height of the day is clickable. */
function Bar({ day, most, x, width, shown }: { day: Day; most: number; x: number; width: number; shown: boolean }) {
	let top = heightPx;
	return (
		<>
			<rect class={shown ? "day shown" : "day"} x={`${x}%`} y="0" width={`${width}%`} height={heightPx} />
			{day.counts.map((count, kind) => {
				const height = (count / most) * (heightPx - 2);
				top -= height;
				return (
					count > 0 && (
						<rect
							data-kind={kind}
							x={`${x + width * 0.12}%`}
							y={top.toFixed(1)}
							width={`${(width * 0.76).toFixed(2)}%`}
							height={height.toFixed(1)}
						/>
					)
				);
			})}
		</>
	);
}
