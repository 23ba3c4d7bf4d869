// The history's rows as lines of a file.
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
 * A cell that begins like a formula would be one in a spreadsheet; a leading apostrophe makes it text. Where a comma is the
 * decimal sign, a semicolon begins a cell, too; some take full-width signs for the plain ones, and pass over blanks before them,
 * also those of no width.
 * https://owasp.org/www-community/attacks/CSV_Injection
 */
function cell(value: string): string {
	const defused = value.replace(/(^|;)(?=[\s\p{Cf}]*[=+\-@＝＋－＠]|[\t\r\n])/gu, "$1'");
	return /[",\r\n]/.test(defused) ? `"${defused.replaceAll('"', '""')}"` : defused;
}
