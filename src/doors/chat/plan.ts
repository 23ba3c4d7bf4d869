// From a target to the card with the plan; from its button to the deletion. The button stands for just what the card
// showed: this binding, as it was then, with these risks named.
import { sameName } from "../../deletion/actor.ts";
import { isCloudflareId } from "../../deletion/cloudflare-id.ts";
import { joinedWords } from "../../deletion/joined.ts";
import type { OfferedPlan } from "../../deletion/offer.ts";
import type { Target } from "../../deletion/target.ts";
import { type Reply, reply } from "./card.ts";
import { planCard } from "./cards/plan.ts";
import { approvalCard, recordCard } from "./cards/record.ts";
import { approvalButtons, planButtons, recordButtons } from "./offers.ts";
import { askLedger, ledgerWaitMs, refused, refusedWhileClosed, refusedWithout, type Talk } from "./talk.ts";

export async function showPlan(target: Target, reason: string | null, talk: Talk): Promise<Reply> {
	const { actor, context } = talk;
	const refusal = refusedWithout("read", talk) ?? refusedWhileClosed(talk);
	if (refusal !== null) return refusal;
	const query = { actor, target, reason, acknowledge: [], ifMatch: null };
	const asked = await askLedger(talk, () => context.ledger.plan(query));
	if (!asked.ok) return reply(asked.failure);
	if (!asked.value.ok) return refused(asked.value.failure.detail);
	const plan = asked.value.value;
	const { binding, snapshot, acknowledge } = plan;
	const mayDelete = actor.scopes.includes("delete");
	const offered = {
		named: target.named,
		bindingId: binding.id,
		prefixId: binding.prefix_id,
		snapshot,
		reason,
		acknowledge,
	};
	const buttons = plan.would === "refuse" || !mayDelete ? [] : await planButtons(offered, talk);
	return reply(planCard(plan, { reason, mayDelete, buttons }));
}

/** The offer's id is the key: the same click, delivered twice, gets the same deletion, and is announced once. */
export async function deletePlanned(plan: OfferedPlan, offerId: string, talk: Talk): Promise<Reply> {
	const { actor, context, origin } = talk;
	const closed = refusedWhileClosed(talk);
	if (closed !== null) return closed;
	const { named, bindingId, prefixId, snapshot, reason, acknowledge } = plan;
	if (!isCloudflareId(bindingId) || !isCloudflareId(prefixId)) return refused("The binding has no id to delete it by.");
	const command = {
		requestId: context.requestId,
		actor,
		target: { kind: "id" as const, named, bindingId, prefixId },
		reason,
		acknowledge,
		ifMatch: [snapshot],
		notBeforeMs: null,
		idempotencyKey: `chat:${offerId}`,
	};
	const asked = await askLedger(talk, () => context.ledger.request(command, ledgerWaitMs));
	if (!asked.ok) return reply(asked.failure);
	if (!asked.value.ok) return refused(asked.value.failure.detail);
	const { deletion, replayed, joined = false } = asked.value.value;
	const record = recordCard(deletion, origin, await recordButtons(deletion, talk));
	const words = joined ? joinedWords(deletion) : null;
	const card = words === null ? record : { ...record, text: [words, ...record.text] };
	// Whose deletion it is has told the channel of it; a refusal concerns nobody else.
	if (replayed || !sameName(deletion.actor.name, actor.name) || deletion.state === "refused") return reply(card);
	const announcement =
		deletion.state === "pending_approval"
			? approvalCard(deletion, origin, await approvalButtons(deletion, talk))
			: recordCard(deletion, origin);
	return reply(card, { announcement });
}
