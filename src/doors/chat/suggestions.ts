// Suggests the account's live bindings for a half-typed target. It must not call Cloudflare for every letter, so the Ledger's
// last list is good enough; and no suggestions are better than late ones.

import { suggestedAtMostOldMs, suggestionsWaitMs } from "../limits.ts";
import type { Suggestion } from "./platforms/platform.ts";
import { type ChatRequest, refusedWithout } from "./reply.ts";

export async function suggestionsFor(text: string, request: ChatRequest): Promise<Suggestion[]> {
	if (refusedWithout("read", request) !== null) return [];
	const { context } = request;
	const survey = await context
		.ledgerWithin(suggestionsWaitMs)
		.bindings({ covering: null, atMostOldMs: suggestedAtMostOldMs });
	if (!survey.ok) return [];
	const wanted = text.trim().toLowerCase();
	const aliases = [...context.config.aliases].map(([alias, target]) => ({
		label: `${alias} (${target})`,
		value: alias,
	}));
	const bindings = survey.value.flatMap((prefix) =>
		prefix.bindings.map(({ cidr, id, serviceName }) => ({
			label: `${cidr ?? id} (${serviceName ?? "a regional service"})`,
			value: cidr ?? id,
		})),
	);
	return [...bindings, ...aliases].filter(({ label }) => label.toLowerCase().includes(wanted));
}
