// The imitation's state on disk, so that a sandbox continues where it stopped. An unreadable file counts as missing.
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

/** Replaces the file in one step, so that a reader sees the old state or the new one. */
export function saveState(path: string, state: State): void {
	mkdirSync(dirname(path), { recursive: true });
	writeFileSync(`${path}.new`, JSON.stringify(state));
	renameSync(`${path}.new`, path);
}
