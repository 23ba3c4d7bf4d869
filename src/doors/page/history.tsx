// The history, newest first, filtered, page by page; and the filtered rows as files. Only reads. The newest page costs one call
// to the Ledger and one KV list; a poll that finds no change costs only the call.

import type { Overview } from "../../deletion/ledger-api.ts";
import type { Summary } from "../../deletion/record/deletion.ts";
import { fail, ok } from "../../deletion/result.ts";
import { chartDays, rowsAPage } from "../limits.ts";
import { csv, exported, ndjson, type RowFormat, unreadable } from "../reply/export.ts";
import { problem } from "../reply/problem.ts";
import { versionIn } from "../request/etag.ts";
import type { Page } from "./door.tsx";
import { addressOf, historyFilterOf, type PageFilter, pinned, readFilter } from "./filter.ts";
import { withoutEmpty } from "./form.ts";
import { etagOf, html, notModified, seeOther } from "./html.ts";
import { Chart } from "./parts/chart.tsx";
import { DeletionsTable } from "./parts/deletions-table.tsx";
import { Filters } from "./parts/filters.tsx";
import { Layout } from "./parts/layout.tsx";

const dayMs = 86_400_000;

export const showHistory: Page = async (request, context, viewer) => {
	const tidy = tidied(context.url);
	if (tidy !== null) return ok(seeOther(tidy));
	const read = readFilter(context.url);
	if (!read.ok) return read;
	const { filter, cursor } = read.value;

	const nowMs = Date.now();
	const days = lastDays(nowMs, context.config.retentionDays);
	const isNewest = cursor === null;
	const unless = isNewest ? versionIn(request.headers.get("if-none-match")) : null;
	const seen: { overview: Overview | null } = { overview: null };
	const found = await context.history.page({
		filter: historyFilterOf(filter, nowMs),
		limit: rowsAPage,
		cursor,
		unless,
		async changes(query) {
			const overview = await context.ledger.overview({ ...query, caller: context.caller }, days[0] ?? "");
			seen.overview = overview.ok ? overview.value : null;
			return seen.overview?.changes ?? null;
		},
	});
	if (!found.ok) return fail(found.failure === "bad_cursor" ? badCursor : unreadable(found.failure));
	if (found.value === null) return ok(notModified(unless));

	const { rows, next, version } = found.value;
	const { overview } = seen;
	const etag = version === null || !isNewest ? null : etagOf(version);
	const older = next === null ? null : addressOf(pinned(filter, nowMs), "/", next);
	const page = (
		<Layout title="History" beside={<Live />} part="history" viewer={viewer} overview={overview} live={etag}>
			{overview === null && (
				<p class="notice" role="alert">
					unbind's Ledger is unreachable, so the last minutes may be missing here. Deletions that started continue by
					themselves. <a href={addressOf(filter)}>Reload</a>
				</p>
			)}
			{overview !== null && isNewest && <Chart filter={filter} outcomes={overview.outcomes} days={days} />}
			<Filters filter={filter} />
			<div id="rows">
				{rows.length > 0 ? (
					<DeletionsTable
						caption="Deletions, newest first"
						rows={rows}
						viewer={viewer}
						actorHref={(actor) => addressOf(onlyBy(actor, filter))}
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
	return ok(html(page, 200, etag === null ? {} : { etag }));
};

const badCursor = problem("invalid_request", "This page of the list does not exist. Start from the newest.");

/** The address without empty or repeated form fields; null if there are none. */
function tidied(url: URL): string | null {
	const given = new URLSearchParams(url.search);
	const kept = withoutEmpty(given);
	for (const name of ["q", "since", "until"]) {
		const last = kept.getAll(name).at(-1);
		if (last !== undefined) kept.set(name, last);
	}
	if (kept.size === given.size) return null;
	// Not the path that came in: "//" also leads here, and would redirect to another host.
	return kept.size === 0 ? "/" : `/?${kept}`;
}

function lastDays(nowMs: number, retentionDays: number): string[] {
	const count = retentionDays === 0 ? chartDays : Math.min(chartDays, retentionDays);
	return Array.from({ length: count }, (_, index) =>
		new Date(nowMs - (count - 1 - index) * dayMs).toISOString().slice(0, 10),
	);
}

function onlyBy(actor: string, filter: PageFilter): PageFilter {
	const others = filter.conditions.filter(({ field }) => field !== "actor");
	return { ...filter, conditions: [...others, { field: "actor", is: true, value: actor }] };
}

/** What the script says of its polls, and its pause. */
const Live = () => (
	<>
		<span class="tail" role="status" data-tail="" hidden />
		<button type="button" class="quiet" data-pause="" aria-pressed="false" hidden>
			Pause
		</button>
	</>
);

function Nothing({ filter, older, isNewest }: { filter: PageFilter; older: string | null; isNewest: boolean }) {
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

const exportHistory =
	(format: RowFormat<Summary>): Page =>
	async (_request, context) => {
		const read = readFilter(context.url);
		if (!read.ok) return read;
		const file = await exported(format, historyFilterOf(read.value.filter, Date.now()), null, context);
		if (!file.ok) return file;
		const headers = new Headers(file.value.headers);
		// A saved file loses its headers.
		const name = headers.has("x-unbind-stale") ? "deletions-incomplete" : "deletions";
		headers.set("content-disposition", `attachment; filename="${name}.${format === csv ? "csv" : "ndjson"}"`);
		return ok(new Response(file.value.body, { headers }));
	};

export const exportCsv = exportHistory(csv);
export const exportNdjson = exportHistory(ndjson);
