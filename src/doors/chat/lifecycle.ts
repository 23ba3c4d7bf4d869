// What people decide about a deletion: by a command with its id, or by a button. The core says who may.
import type { ResolutionWish } from "../../deletion/resolution.ts";
import { type Reply, reply } from "./card.ts";
import { recordCard } from "./cards/record.ts";
import { askLedger, ledgerWaitMs, refused, type Talk } from "./talk.ts";

export async function changeDeletion(
	change: "approve" | "reject" | "cancel" | "restore",
	id: string,
	talk: Talk,
): Promise<Reply> {
	const { actor, context, origin } = talk;
	const asked = await askLedger(talk, async () => {
		switch (change) {
			case "approve":
			case "reject":
				return context.ledger.decide(id, change, actor, ledgerWaitMs);
			case "cancel":
				return context.ledger.cancel(id, actor);
			case "restore":
				return context.ledger.restore(id, actor, ledgerWaitMs);
		}
	});
	if (!asked.ok) return reply(asked.failure);
	if (!asked.value.ok) return refused(asked.value.failure.detail);
	const changed = recordCard(asked.value.value, origin);
	return reply(changed, { replaces: true, announcement: changed });
}

/** What Cloudflare cannot say now, somebody who looked elsewhere does. */
export async function resolveDeletion(
	{ id, outcome, note }: { id: string } & ResolutionWish,
	talk: Talk,
): Promise<Reply> {
	const asked = await askLedger(talk, () => talk.context.ledger.resolve(id, { outcome, note }, talk.actor));
	if (!asked.ok) return reply(asked.failure);
	if (!asked.value.ok) return refused(asked.value.failure.detail);
	const resolved = recordCard(asked.value.value, talk.origin);
	return reply(resolved, { announcement: resolved });
}
