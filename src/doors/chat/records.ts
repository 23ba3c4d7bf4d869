// Shows the latest deletions, or one record.

import type { Target } from "../../deletion/address/target.ts";
import type { Deletion } from "../../deletion/record/deletion.ts";
import { type Reply, reply } from "./card.ts";
import { historyCard, shownAtMost } from "./cards/history.ts";
import { recordCard } from "./cards/record.ts";
import { recordButtons } from "./offers.ts";
import { type ChatRequest, refused, refusedWithout } from "./request.ts";

export async function showHistory(target: Target | null, request: ChatRequest): Promise<Reply> {
	const refusal = refusedWithout("read", request);
	if (refusal !== null) return refusal;
	const filter = {
		state: null,
		actor: null,
		door: null,
		bindingId: target?.kind === "id" ? target.bindingId : null,
		prefixId: null,
		cidr: target?.kind === "cidr" ? target.cidr.text : null,
		sinceMs: null,
		untilMs: null,
	};
	const page = await request.context.history.page({ filter, limit: shownAtMost, cursor: null, unless: null });
	if (!page.ok || page.value === null) return refused("The history cannot be read right now. Run the command again.");
	const { rows, next, version } = page.value;
	const about = { target: target?.named ?? null, isStale: version === null, hasMore: next !== null };
	return reply(historyCard(rows, about, request.origin));
}

export async function showRecord(id: string, request: ChatRequest): Promise<Reply> {
	const refusal = refusedWithout("read", request);
	if (refusal !== null) return refusal;
	const read = await request.context.history.record(id);
	if (read.kind === "none") return refused("There is no deletion with this id.");
	if (read.kind === "unavailable") return refused("The history cannot be read right now. Run the command again.");
	const deletion = recordIn(read.text);
	return reply(recordCard(deletion, request.origin, await recordButtons(deletion, request)));
}

/** Written by the Ledger alone, from a `Deletion`. */
const recordIn = (text: string): Deletion => JSON.parse(text);
