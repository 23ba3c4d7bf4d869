// Remembers the last look at the whole account, for those whom an older one will do: a chat that completes what somebody
// types asks at every letter.
import type { Directory } from "../deletion/directory.ts";
import type { BindingsQuery, PrefixWithBindings, Survey } from "../deletion/ledger-api.ts";
import type { Ports } from "../deletion/ports.ts";
import { ok } from "../deletion/result.ts";
import { survey } from "../deletion/survey.ts";

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
