// Decisions about a deletion, by a command with its id or by a button.
import type { Option } from "../../deletion/course/options.ts";
import type { ResolutionWish } from "../../deletion/course/resolution.ts";
import { changeDeletion, resolveDeletion } from "../request/change.ts";
import { type Reply, reply } from "./card.ts";
import { recordCard } from "./cards/record.ts";
import { type ChatRequest, ledgerWaitMs, refusedBy } from "./request.ts";

export async function change(option: Option, id: string, { actor, ledger, origin }: ChatRequest): Promise<Reply> {
	const changed = await changeDeletion(option, id, { actor, ledger, waitMs: ledgerWaitMs });
	if (!changed.ok) return refusedBy(changed.failure);
	const card = recordCard(changed.value, origin);
	return reply(card, { replaces: true, announcement: card });
}

/** If Cloudflare can't be read, someone who checked elsewhere settles the unknown outcome. */
export async function resolve(
	{ id, outcome, note }: { id: string } & ResolutionWish,
	{ actor, ledger, origin }: ChatRequest,
): Promise<Reply> {
	const resolved = await resolveDeletion(id, { outcome, note }, { actor, ledger });
	if (!resolved.ok) return refusedBy(resolved.failure);
	const card = recordCard(resolved.value, origin);
	return reply(card, { announcement: card });
}
