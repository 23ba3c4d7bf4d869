// Lists as files, for those who ask for them by `Accept`: rows as NDJSON or CSV lines, page after page.
import type { Summary } from "../../deletion/record/deletion.ts";
import { preferredType } from "../request/accept.ts";

export interface RowFormat<Row> {
	contentType: string;
	head: string;
	row(row: Row): string;
}

export interface RowFormats<Row> {
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
			if (page === null) controller.error(new Error("the list cannot be read on"));
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
