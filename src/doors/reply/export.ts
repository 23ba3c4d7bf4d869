// The history's rows as CSV or NDJSON lines.
import type { Summary } from "../../deletion/record/deletion.ts";

export interface RowFormat {
	contentType: string;
	head: string;
	row(row: Summary): string;
}

export const ndjson: RowFormat = {
	contentType: "application/x-ndjson",
	head: "",
	row: (row) => `${JSON.stringify(row)}\n`,
};

const columns = [
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
] as const satisfies (keyof Summary)[];

/** RFC 4180. */
export const csv: RowFormat = {
	contentType: "text/csv; charset=utf-8; header=present",
	head: `${columns.join(",")}\r\n`,
	row: (row) => `${columns.map((column) => cell(row[column] ?? "")).join(",")}\r\n`,
};

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
