// One line of JSON an event, for people and their log tools. Fields are chosen where the event happens; a secret is in
// none of them, and an exception's message (which can quote what it choked on) is cut out of what is kept of it.
import type { Json } from "./deletion/json.ts";

export type LogLevel = "info" | "warn" | "error";

export function log(level: LogLevel, event: string, fields: { [name: string]: Json } = {}): void {
	console[level](JSON.stringify({ level, event, ...fields }));
}

/** What is told of an exception: its kind, and where it happened. */
export function traceOf(error: unknown): { error: string; at: string[] } {
	if (!(error instanceof Error)) return { error: typeof error, at: [] };
	const lines = (error.stack ?? "").split("\n").map((line) => line.trim());
	return { error: error.name, at: lines.filter((line) => line.startsWith("at ")).slice(0, 8) };
}
