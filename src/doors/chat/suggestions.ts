// What a half-typed target may become: the account's live bindings. It must not cost Cloudflare calls at every letter, so
// the Ledger's last look at the account will do; and nothing at all is better than late.
import type { Suggestion } from "./platform.ts";
import { refusedWithout, type Talk } from "./talk.ts";

const atMostOldMs = 60_000;
const waitMs = 2000;

export async function suggestionsFor(text: string, talk: Talk): Promise<Suggestion[]> {
	if (refusedWithout("read", talk) !== null) return [];
	const { context } = talk;
	const survey = await context.hurriedLedger(waitMs).bindings({ covering: null, atMostOldMs });
	if (!survey.ok) return [];
	const wanted = text.trim().toLowerCase();
	const aliases = [...context.config.aliases].map(([alias, target]) => ({
		label: `${alias} (${target})`,
		value: alias,
	}));
	const bindings = survey.value.flatMap((prefix) =>
		prefix.bindings.map(({ cidr, id, serviceName }) => ({
			label: `${cidr ?? id} (${serviceName ?? "no service"})`,
			value: cidr ?? id,
		})),
	);
	return [...bindings, ...aliases].filter(({ label }) => label.toLowerCase().includes(wanted));
}
