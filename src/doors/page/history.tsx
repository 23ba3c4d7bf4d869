// The history as a page, and the filtered rows as files. Only reads. The newest page costs one call to the Ledger and one KV
// list; a poll that finds no change costs only the call.

import type { OutcomeCount, Overview } from "../../deletion/ledger-api.ts";
import type { Summary } from "../../deletion/record/deletion.ts";
import { fail, ok } from "../../deletion/result.ts";
import { chartDays, rowsAPage } from "../limits.ts";
import { csv, exported, ndjson, type RowFormat, unreadable } from "../reply/export.ts";
import { problem } from "../reply/problem.ts";
import { versionIn } from "../request/etag.ts";
import type { Page } from "./door.tsx";
import { addressOf, historyFilterOf, type PageFilter, pinned, readFilter } from "./filter.ts";
import { withoutEmpty } from "./form.ts";
import { html, seeOther } from "./html.ts";
import { presentOf } from "./present.ts";
import { History } from "./views/history.tsx";

const dayMs = 86_400_000;

export const showHistory: Page = async (request, context, viewer) => {
	const url = context.url;
	const tidy = tidied(url);
	if (tidy !== null) return ok(seeOther(tidy));
	const read = readFilter(url);
	if (!read.ok) return read;
	const { filter, cursor } = read.value;

	const nowMs = Date.now();
	const days = lastDays(nowMs, context.config.retentionDays);
	const isNewest = cursor === null;
	const unless = isNewest ? versionIn(request.headers.get("if-none-match")) : null;
	const seen: { overview: Overview | null } = { overview: null };
	const page = await context.history.page({
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
	if (!page.ok) {
		const isCursor = page.failure === "bad_cursor";
		const badCursor = problem("invalid_request", "This page of the list does not exist. Start from the newest.");
		return fail(isCursor ? badCursor : unreadable(page.failure));
	}
	if (page.value === null) return ok(new Response(null, { status: 304, headers: { etag: `W/"${unless}"` } }));

	const { rows, next, version } = page.value;
	const { overview } = seen;
	const etag = version === null || !isNewest ? null : `W/"${version}"`;
	return ok(
		html(
			<History
				viewer={viewer}
				filter={filter}
				rows={rows}
				older={next === null ? null : addressOf(pinned(filter, nowMs), "/", next)}
				isNewest={isNewest}
				etag={etag}
				present={presentOf(overview)}
				chart={overview === null || !isNewest ? null : chartOf(filter, overview.outcomes, days)}
			/>,
			200,
			etag === null ? {} : { etag },
		),
	);
};

/** Outcomes are counted by state only, so a list filtered by anything else has no chart. */
function chartOf({ conditions, text }: PageFilter, outcomes: readonly OutcomeCount[], days: string[]) {
	if (text !== null || conditions.some(({ field }) => field !== "state")) return null;
	const shown = (state: string): boolean => {
		const named = conditions.filter(({ is }) => is);
		const holds = named.length === 0 || named.some(({ value }) => value === state);
		return holds && !conditions.some(({ is, value }) => !is && value === state);
	};
	return { outcomes: outcomes.filter(({ state }) => shown(state)), days };
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
