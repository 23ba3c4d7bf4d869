// The history, newest first, filtered, page by page.

import type { OutcomeCount } from "../../../deletion/ledger-api.ts";
import type { Summary } from "../../../deletion/record/deletion.ts";
import { addressOf, type PageFilter } from "../filter.ts";
import type { Viewer } from "../viewer.ts";
import { Chart } from "./chart.tsx";
import { Filters } from "./filters.tsx";
import { Layout, type Present } from "./layout.tsx";
import { Rows } from "./rows.tsx";

interface HistoryProps {
	viewer: Viewer;
	filter: PageFilter;
	rows: readonly Summary[];
	/** The address of the next page; null if there is none. */
	older: string | null;
	isNewest: boolean;
	/** Of the newest page; null if that is uncertain. */
	etag: string | null;
	/** null if the Ledger was unreachable. */
	present: Present | null;
	/** Only on the newest page. */
	chart: { outcomes: readonly OutcomeCount[]; days: readonly string[] } | null;
}

export const History = ({ viewer, filter, rows, older, isNewest, etag, present, chart }: HistoryProps) => (
	<Layout title="History" part="history" viewer={viewer} present={present} live={etag}>
		<div class="line title">
			<h1>History</h1>
			<span class="tail" role="status" data-tail="" hidden />
			<button type="button" class="quiet" data-pause="" aria-pressed="false" hidden>
				Pause
			</button>
		</div>
		{present === null && (
			<p class="notice" role="alert">
				unbind's ledger is unreachable, so the last minutes may be missing here. Deletions that started continue by
				themselves. <a href={addressOf(filter)}>Reload</a>
			</p>
		)}
		{chart !== null && (
			<Chart
				{...chart}
				dayHref={(day) => addressOf({ ...filter, since: day, until: day })}
				isShown={(day) => filter.since === day && filter.until === day}
			/>
		)}
		<Filters filter={filter} />
		<div id="rows">
			{rows.length > 0 ? (
				<Rows
					caption="Deletions, newest first"
					rows={rows}
					viewer={viewer}
					actorHref={(actor) =>
						addressOf({
							...filter,
							conditions: [
								...filter.conditions.filter(({ field }) => field !== "actor"),
								{ field: "actor", is: true, value: actor },
							],
						})
					}
				/>
			) : (
				<Nothing filter={filter} older={older} isNewest={isNewest} />
			)}
			<nav aria-label="History" class="line">
				{!isNewest && <a href={addressOf(filter)}>Newest</a>}
				{older !== null && (
					<a href={older} rel="next">
						{rows.length === 0 ? "Search older records" : "Older"}
					</a>
				)}
				<span class="exports">
					Download all as <a href={addressOf(filter, "/export.csv")}>CSV</a>{" "}
					<a href={addressOf(filter, "/export.ndjson")}>NDJSON</a>
				</span>
			</nav>
		</div>
	</Layout>
);

function Nothing({ filter, older, isNewest }: Pick<HistoryProps, "filter" | "older" | "isNewest">) {
	if (older !== null) return <p class="notice">Nothing found so far. There are older records to search.</p>;
	if (addressOf(filter) !== "/")
		return (
			<p class="notice">
				No deletion matches. Remove a filter, or <a href="/">show all</a>.
			</p>
		);
	return isNewest ? (
		<p class="notice">
			Nothing has been deleted yet. Start from <a href="/account">the account's bindings</a>: each leads to its plan.
		</p>
	) : (
		<p class="notice">There are no older records.</p>
	);
}
