// The imitation's state on disk, so that a sandbox goes on where it was left. A file that cannot be
// read as a state is as good as none.
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import * as v from "valibot";
import { type State, stateSchema } from "./imitation/state.ts";

export function loadState(path: string): State | null {
	try {
		return v.parse(stateSchema, JSON.parse(readFileSync(path, "utf8")));
	} catch {
		return null;
	}
}

/** Replaces the file in one step: whoever reads it sees the old state or the new one. */
export function saveState(path: string, state: State): void {
	mkdirSync(dirname(path), { recursive: true });
	writeFileSync(`${path}.new`, JSON.stringify(state));
	renameSync(`${path}.new`, path);
}
