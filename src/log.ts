// Logs one line of JSON per event, for people and their log tools. Fields are chosen where the event happens and never hold
// a secret. An exception's message can quote its input, so only known phrases of it are kept.
import type { Json } from "./deletion/record/json.ts";

export type LogLevel = "info" | "warn" | "error";

export function log(level: LogLevel, event: string, fields: { [name: string]: Json } = {}): void {
	console[level](JSON.stringify({ level, event, ...fields }));
}

/**
 * What may be quoted from a message: the platform's and SQLite's own phrases, which say why a migration or a commit failed.
 * The names in them are our tables and columns: lower-case words only, so that no token can pass for one.
 */
const quotable = [
	/^no such (?:table|column|index|function): [a-z_]{1,40}(?:\.[a-z_]{1,40})?(?![\w.-])/,
	/^duplicate column name: [a-z_]{1,40}(?![\w.-])/,
	/^table [a-z_]{1,40} (?:already exists|has no column named [a-z_]{1,40})(?![\w.-])/,
	/^(?:UNIQUE|NOT NULL|CHECK|FOREIGN KEY) constraint failed/,
	/^(?:malformed JSON|database or disk is full|database disk image is malformed|database is locked|out of memory)/,
	/^Durable Object (?:reset because its code was updated|is overloaded|storage operation exceeded timeout)/,
	/^(?:The )?Durable Object's (?:code has been updated|isolate exceeded its memory limit)/,
	/^Internal error in Durable Object storage/,
	/^Cannot resolve Durable Object due to transient issue/,
	/^Exceeded allowed (?:rows read|rows written|duration) in Durable Objects free tier/,
	/^Too many (?:subrequests|API requests) by single [Ww]orker invocation/,
	/^Worker exceeded (?:CPU time|memory) limit/,
	/^Network connection lost/,
	/^internal error(?![^;])/,
	/^KV [A-Z_]{3,12} failed: \d{3}(?!\d)/,
];
const sqliteCode = /\bSQLITE_[A-Z]{2,20}(?:_[A-Z]{2,20})?\b/;

/** What is logged about an exception: its type, the quotable part of its message, and where it happened. */
export function traceOf(error: unknown): { [name: string]: Json } {
	if (!(error instanceof Error)) return { error: typeof error, at: [] };
	// A message of several lines could look like stack frames.
	const lines = (error.stack ?? "")
		.replace(error.message, () => "")
		.split("\n")
		.map((line) => line.trim());
	const message = quoted(error.message);
	return {
		error: error.name,
		...(message === null ? {} : { message }),
		at: lines.filter((line) => line.startsWith("at ")).slice(0, 8),
	};
}

function quoted(message: string): string | null {
	const known = quotable.map((pattern) => pattern.exec(message)?.[0]).find((match) => match !== undefined);
	const code = sqliteCode.exec(message)?.[0];
	const parts = [known, code].filter((part) => part !== undefined);
	return parts.length === 0 ? null : parts.join(": ");
}
