// Lists as files, for those who ask for them by `Accept`: rows as NDJSON or CSV lines, page after page. Also
// the whole history as such a file, for the API and the page.

import type { Summary } from "../../deletion/record/deletion.ts";
import type { HistoryFilter } from "../../deletion/record/history.ts";
import { fail, ok, type Result } from "../../deletion/result.ts";
import type { Context } from "../context.ts";
import { rowsAtMost } from "../limits.ts";
import { tooManyReads, unreachableProblem } from "./failure.ts";
import { type Problem, problem } from "./problem.ts";

export interface RowFormat<Row> {
	contentType: string;
	head: string;
	row(row: Row): string;
}

interface RowFormats<Row> {
	ndjson: RowFormat<Row>;
	csv: RowFormat<Row>;
}

/** Flat, so that a row is also a line of a table. */
type FlatRow<Column extends string> = Readonly<Record<Column, string | null>>;

/** @param columns of the CSV file (RFC 4180). */
export const formatsOf = <Column extends string, Row extends FlatRow<Column>>(
	columns: readonly Column[],
): RowFormats<Row> => ({
	ndjson: { contentType: "application/x-ndjson", head: "", row: (row) => `${JSON.stringify(row)}\n` },
	csv: {
		contentType: "text/csv; charset=utf-8; header=present",
		head: `${columns.join(",")}\r\n`,
		row: (row) => `${columns.map((column) => cell(row[column] ?? "")).join(",")}\r\n`,
	},
});

/** The format that the caller prefers to JSON; null for JSON. */
export function preferredFormat<Row>(accept: string | null, { ndjson, csv }: RowFormats<Row>): RowFormat<Row> | null {
	const type = preferredType(accept, ["application/json", "application/x-ndjson", "text/csv"]);
	return { "application/json": null, "application/x-ndjson": ndjson, "text/csv": csv }[type];
}

export interface RowPage<Row> {
	rows: readonly Row[];
	next: string | null;
}

/**
 * The `Link` header to the next page; none at the end. Path and query only, because the caller may use another host name than the
 * Worker sees. @param kept what the next page needs too.
 */
export function linkToNext(
	url: Readonly<URL>,
	cursor: string | null,
	kept: Record<string, string> = {},
): { link?: string } {
	if (cursor === null) return {};
	const next = new URL(url);
	for (const [name, value] of Object.entries({ ...kept, cursor })) next.searchParams.set(name, value);
	return { link: `<${next.pathname}${next.search}>; rel="next"` };
}

/**
 * Streams page after page, so the number of rows does not matter. If a later page can't be read (null), the stream fails, so
 * nobody mistakes part of the file for the whole.
 */
export function streamed<Row>(
	format: RowFormat<Row>,
	first: RowPage<Row> | null,
	pageAt: (cursor: string) => Promise<RowPage<Row> | null>,
	headers: Record<string, string> = {},
): Response {
	let page = first;
	const encoder = new TextEncoder();
	const body = new ReadableStream<Uint8Array>({
		start: (controller) => controller.enqueue(encoder.encode(format.head)),
		async pull(controller) {
			if (page === null) return controller.close();
			controller.enqueue(encoder.encode(page.rows.map(format.row).join("")));
			if (page.next === null) return controller.close();
			page = await pageAt(page.next);
			if (page === null) controller.error(new Error("the next page could not be read"));
		},
	});
	return new Response(body, { headers: { "content-type": format.contentType, vary: "Accept", ...headers } });
}

export const { ndjson, csv } = formatsOf<keyof Summary, Summary>([
	"id",
	"state",
	"cidr",
	"binding_id",
	"prefix_id",
	"service_name",
	"actor",
	"door",
	"reason",
	"created_at",
	"settled_at",
	"ray",
	"failure_code",
	"not_before",
	"expires_at",
] as const satisfies (keyof Summary)[]);

/**
 * A spreadsheet runs a cell that begins like a formula; a leading apostrophe makes it text. Where a comma is the decimal
 * sign, a semicolon also starts a cell. Some spreadsheets accept full-width signs and skip leading blanks, even zero-width
 * ones.
 * https://owasp.org/www-community/attacks/CSV_Injection
 */
function cell(value: string): string {
	const defused = value.replace(/(^|;)(?=[\s\p{Cf}]*[=+\-@＝＋－＠]|[\t\r\n])/gu, "$1'");
	return /[",\r\n]/.test(defused) ? `"${defused.replaceAll('"', '""')}"` : defused;
}

/** The offered type that the caller prefers (RFC 9110, 12.5.1); the first if it does not say. */
function preferredType<Type extends string>(accept: string | null, offered: readonly [Type, ...Type[]]): Type {
	if (accept === null || accept === "*/*") return offered[0];
	const preferences = accept.split(",").map((part) => {
		const [range = "", ...parameters] = part.split(";").map((text) => text.trim().toLowerCase());
		const quality = Number(parameters.find((parameter) => parameter.startsWith("q="))?.slice(2) ?? 1);
		return { range, quality: Number.isFinite(quality) ? quality : 0 };
	});
	const qualityOf = (type: Type): number => {
		const ranges = [type, `${type.split("/")[0]}/*`, "*/*"];
		return (
			ranges
				.map((range) => preferences.find((preference) => preference.range === range)?.quality)
				.find((quality) => quality !== undefined) ?? 0
		);
	};
	return offered.toSorted((a, b) => qualityOf(b) - qualityOf(a))[0] ?? offered[0];
}

/** For answers without a `stale` member. */
export const staleness = (stale: boolean): Record<string, string> => (stale ? { "x-unbind-stale": "true" } : {});

export function unreadable(failure: "bad_cursor" | "unavailable" | "busy"): Problem {
	if (failure === "busy") return tooManyReads;
	return failure === "bad_cursor" ? badCursor : unreachableProblem;
}

const badCursor = problem(
	"invalid_request",
	'The parameter "cursor" did not come from this list, or belongs to other filters. Start from the first page.',
);

/** A header says whether it may be stale. A file that is not yet stale ends in an error if it would become so. */
export async function exported(
	format: RowFormat<Summary>,
	filter: HistoryFilter,
	cursor: string | null,
	context: Context,
): Promise<Result<Response, Problem>> {
	const pageAt = (at: string | null) => context.history.page({ filter, limit: rowsAtMost, cursor: at, unless: null });
	const first = await pageAt(cursor);
	if (!first.ok) return fail(unreadable(first.failure));
	const isStale = first.value?.version === null;
	const later = async (at: string) => {
		const next = await pageAt(at);
		const isWorse = next.ok && next.value?.version === null && !isStale;
		return next.ok && !isWorse ? next.value : null;
	};
	return ok(streamed(format, first.value, later, staleness(isStale)));
}
