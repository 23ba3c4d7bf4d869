// The imitation's state and audit log on disk, so that a sandbox continues where it stopped. An unreadable file counts as
// missing.
import { appendFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import * as v from "valibot";
import { auditEntrySchema } from "./imitation/audit-entry.ts";
import type { AuditStore } from "./imitation/audit-log.ts";
import { type State, stateSchema } from "./imitation/state.ts";

export function loadState(path: string): State | null {
	try {
		return v.parse(stateSchema, JSON.parse(readFileSync(path, "utf8")));
	} catch {
		return null;
	}
}

/** Replaces the file in one step, so that a reader sees the old state or the new one. */
export function saveState(path: string, state: State): void {
	mkdirSync(dirname(path), { recursive: true });
	writeFileSync(`${path}.new`, JSON.stringify(state));
	renameSync(`${path}.new`, path);
}

/** One entry a line. A line that cannot be read, such as one that was cut off, is left out. */
export function openAuditLog(path: string): AuditStore {
	mkdirSync(dirname(path), { recursive: true });
	const lines = existsSync(path) ? readFileSync(path, "utf8").split("\n") : [];
	return {
		entries: lines.flatMap((line) => {
			const read = v.safeParse(entryLine, line);
			return read.success ? [read.output] : [];
		}),
		add: (entry) => appendFileSync(path, `${JSON.stringify(entry)}\n`),
		clear: () => rmSync(path, { force: true }),
	};
}

const entryLine = v.pipe(v.string(), v.parseJson(), auditEntrySchema);
