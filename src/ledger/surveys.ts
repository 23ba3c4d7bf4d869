// Remembers the latest survey of the whole account, for callers that accept an older one: chat autocompletion asks at every
// keystroke.

import type { BindingsQuery, PrefixWithBindings, Survey } from "../deletion/ledger-api.ts";
import type { Directory } from "../deletion/lookup/directory.ts";
import { survey } from "../deletion/lookup/survey.ts";
import type { Ports } from "../deletion/ports.ts";
import { ok } from "../deletion/result.ts";

type Surveys = (query: BindingsQuery, ports: Ports) => Promise<Survey>;

export function createSurveys(directory: Directory): Surveys {
	let last: { askedAtMs: number; prefixes: PrefixWithBindings[] } | null = null;
	return async (query, ports) => {
		const askedAtMs = Date.now();
		const isWhole = query.covering === null && query.after === undefined;
		const isRecent = last !== null && askedAtMs - last.askedAtMs < (query.atMostOldMs ?? 0);
		if (last !== null && isWhole && isRecent) return ok(last.prefixes);
		const surveyed = await survey(query, ports, directory);
		if (surveyed.ok && isWhole) last = { askedAtMs, prefixes: surveyed.value };
		return surveyed;
	};
}
