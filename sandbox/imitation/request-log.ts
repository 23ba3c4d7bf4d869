// Every request that reached the imitation, in order of arrival. It never holds a credential, only which scheme was
// used.
import type { AuthScheme } from "./credentials.ts";
import type { Effect } from "./envelope.ts";

export interface LogEntry {
	at: string;
	method: string;
	path: string;
	auth: AuthScheme;
	effect: Effect | null;
	/** The answer's status. Null until there is one, and when the connection broke. */
	status: number | null;
	/** The kind of the fault that was ordered for it. */
	fault: string | null;
}

export interface RequestLog {
	/** Adds an entry that is completed while the request is handled. */
	open(entry: Pick<LogEntry, "at" | "method" | "path" | "auth" | "fault">): LogEntry;
	entries(): LogEntry[];
	/** Resolves once that many requests have arrived since the last clear. */
	whenArrived(count: number): Promise<LogEntry[]>;
	clear(): void;
}

export function createRequestLog(): RequestLog {
	let entries: LogEntry[] = [];
	let waiting: { count: number; resolve: () => void }[] = [];
	const copy = () => structuredClone(entries);

	return {
		open(begun) {
			const entry: LogEntry = { ...begun, effect: null, status: null };
			entries.push(entry);
			for (const one of waiting) if (entries.length >= one.count) one.resolve();
			waiting = waiting.filter(({ count }) => count > entries.length);
			return entry;
		},
		entries: copy,
		async whenArrived(count) {
			if (entries.length < count) {
				await new Promise<void>((resolve) => waiting.push({ count, resolve }));
			}
			return copy();
		},
		clear() {
			entries = [];
		},
	};
}
