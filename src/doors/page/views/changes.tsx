// What changed on one day: the prefixes before and after, and the list of changes with links to their records.

import { parseCidr } from "../../../deletion/address/cidr.ts";
import type { PastBinding, PastChange, PastPrefix } from "../../../deletion/past.ts";
import { at } from "../../../deletion/record/deletion.ts";
import type { Result } from "../../../deletion/result.ts";
import type { Problem } from "../../reply/problem.ts";
import type { KnownPast } from "../../request/account.ts";
import { type Bound, boundOf, cellsOf, stretchesOf } from "../cells.ts";
import { historyOf } from "../filter.ts";
import type { Viewer } from "../viewer.ts";
import { serviceWord } from "../words.ts";
import { Bar } from "./bar.tsx";
import { Layout, type Present } from "./layout.tsx";
import { Moment } from "./marks.tsx";

/** A page with more would be too long to read; the list names them all. */
const prefixesDrawn = 50;

interface ChangesProps {
	viewer: Viewer;
	present: Present | null;
	/** Such as 2026-02-20. */
	day: string;
	today: string;
	earlier: string;
	/** null if the day is today. */
	later: string | null;
	/** Whether the list begins where an earlier page of it ended. */
	isContinued: boolean;
	/** Fails if nothing is known at all. */
	past: Result<KnownPast, Problem>;
}

export const Changes = ({ viewer, present, day, today, earlier, later, isContinued, past }: ChangesProps) => (
	<Layout title={`Changes on ${day}`} part="account" viewer={viewer} present={present}>
		<h1>Changes on {day}</h1>
		<p class="hint">
			What appeared, disappeared or changed service, by unbind or by anyone else. Days are in UTC.{" "}
			<a href="/account">The account now</a>
		</p>
		<form method="get" action="/account/changes" class="line">
			<label for="day">Day</label>
			<input id="day" name="day" type="date" value={day} max={today} />
			<button type="submit">Show</button>
			<a href={dayHref(earlier)}>{earlier}</a>
			{later !== null && <a href={dayHref(later)}>{later}</a>}
		</form>
		{past.ok ? (
			<Known past={past.value} day={day} isContinued={isContinued} />
		) : (
			<p class="notice">{past.failure.detail}</p>
		)}
	</Layout>
);

const dayHref = (day: string): string => `/account/changes?day=${day}`;

function Known({ past, day, isContinued }: { past: KnownPast; day: string; isContinued: boolean }) {
	const { knownSinceMs, accounts, changes, next } = past;
	const [before = null, after = null] = accounts;
	const since = at(knownSinceMs);
	if (after === null)
		return (
			<p class="notice">
				unbind has no data for this day. Its data begins <Moment at={since} />:{" "}
				<a href={dayHref(since.slice(0, 10))}>show that day</a>.
			</p>
		);
	return (
		<>
			{before === null && (
				<p class="notice">
					unbind has data for only part of this day. Its data begins <Moment at={since} />.
				</p>
			)}
			{changes.length === 0 ? (
				<p>Nothing changed{before === null ? " after that" : ""}.</p>
			) : (
				<>
					<section>
						<h2>Before and after</h2>
						<Prefixes before={before ?? []} after={after} changes={changes} isWhole={before !== null} />
					</section>
					<section>
						<h2>Changes</h2>
						<List changes={changes} />
						{(isContinued || next !== null) && (
							<nav aria-label="Changes" class="line">
								{isContinued && <a href={dayHref(day)}>From the start of the day</a>}
								{next !== null && (
									<a href={`${dayHref(day)}&cursor=${next}`} rel="next">
										Later changes
									</a>
								)}
							</nav>
						)}
					</section>
				</>
			)}
		</>
	);
}

interface PrefixesProps {
	before: readonly PastPrefix[];
	after: readonly PastPrefix[];
	changes: readonly PastChange[];
	/** Whether the account at the start of the day is known. */
	isWhole: boolean;
}

function Prefixes({ before, after, changes, isWhole }: PrefixesProps) {
	const ids = [...new Set(changes.map(({ binding }) => binding.prefixId))];
	const left = ids.length - prefixesDrawn;
	return (
		<>
			{ids.slice(0, prefixesDrawn).map((prefixId) => {
				const [was, is] = [before, after].map((all) => all.find(({ id }) => id === prefixId));
				const own = changes.filter(({ binding }) => binding.prefixId === prefixId);
				return (
					<PrefixFigure
						cidr={was?.cidr ?? is?.cidr ?? null}
						before={isWhole ? boundsOf(was?.bindings ?? []) : null}
						after={boundsOf(is?.bindings ?? [])}
						marked={own.length === 1 ? own[0]?.binding.id : undefined}
						count={own.length}
					/>
				);
			})}
			{left > 0 && <p class="notice">{left} more prefixes changed. The list below names their bindings.</p>}
		</>
	);
}

interface PrefixFigureProps {
	cidr: string | null;
	/** null if it is not known. */
	before: readonly Bound[] | null;
	after: readonly Bound[];
	/** The binding that changed, if it is the only one. */
	marked: string | undefined;
	count: number;
}

function PrefixFigure({ cidr, before, after, marked, count }: PrefixFigureProps) {
	const range = parseCidr(cidr ?? "");
	const bounds = [...(before ?? []), ...after].map((bound) => bound.range);
	const cells = cellsOf(range.ok ? [range.value, ...bounds] : bounds);
	const outlined = marked === undefined ? {} : { marked };
	return (
		<figure class="effect">
			<figcaption>
				<b>{cidr ?? "A prefix that left the account"}</b>: {count} {count === 1 ? "change" : "changes"},{" "}
				{before === null ? "" : `${before.length} bindings before and `}
				{after.length} after.
			</figcaption>
			<div class="bars" aria-hidden="true">
				{before !== null && (
					<>
						<span>Before</span>
						<Bar stretches={stretchesOf(cells, before)} {...outlined} />
					</>
				)}
				<span>After</span>
				<Bar stretches={stretchesOf(cells, after)} {...outlined} />
			</div>
		</figure>
	);
}

const boundsOf = (bindings: readonly PastBinding[]): Bound[] =>
	bindings.flatMap(({ id, cidr, serviceName }) => boundOf({ id, cidr: cidr ?? "", service_name: serviceName }));

const List = ({ changes }: { changes: readonly PastChange[] }) => (
	<table class="rows">
		<caption class="unseen">Changes, oldest first</caption>
		<thead>
			<tr>
				{["Seen", "Change", "Binding", "Service", "By"].map((title) => (
					<th scope="col">{title}</th>
				))}
			</tr>
		</thead>
		<tbody>
			{changes.map((change) => (
				<tr data-row="">
					<td class="when">
						<Moment at={at(change.atMs)} />
					</td>
					<td>{change.change}</td>
					<td class="what">
						<a href={hrefOf(change)}>{change.binding.cidr ?? change.binding.id}</a>
					</td>
					<td>{servicesOf(change)}</td>
					<td class="who">{change.by === "unbind" ? "unbind" : "someone else"}</td>
				</tr>
			))}
		</tbody>
	</table>
);

/** Leads to the record; without one, to the history of the binding. */
const hrefOf = ({ binding, deletionId }: PastChange): string =>
	deletionId === null ? historyOf("binding_id", binding.id) : `/records/${deletionId}`;

function servicesOf({ before, binding }: PastChange): string {
	const after = serviceWord(binding.serviceName);
	if (before === null) return after;
	const moved = before.cidr === binding.cidr ? "" : ` (was ${before.cidr ?? "no range"})`;
	return `${serviceWord(before.serviceName)} → ${after}${moved}`;
}
