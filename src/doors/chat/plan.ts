// Shows a target's plan as a card, and runs the deletion when its button is pressed. The button deletes only what the card
// showed: this binding, unchanged, with these risks.

import { isCloudflareId } from "../../deletion/address/cloudflare-id.ts";
import type { Target } from "../../deletion/address/target.ts";
import type { OfferedPlan } from "../../deletion/course/offer.ts";
import { sameName } from "../../deletion/record/actor.ts";
import { joinedWords } from "../../deletion/record/joined.ts";
import { type Reply, reply } from "./card.ts";
import { planCard } from "./cards/plan.ts";
import { approvalCard, recordCard } from "./cards/record.ts";
import { approvalButtons, planButtons, recordButtons } from "./offers.ts";
import { type ChatRequest, ledgerWaitMs, refused, refusedBy, refusedWhileClosed, refusedWithout } from "./request.ts";

export async function showPlan(target: Target, reason: string | null, request: ChatRequest): Promise<Reply> {
	const { actor } = request;
	const refusal = refusedWithout("read", request) ?? refusedWhileClosed(request);
	if (refusal !== null) return refusal;
	const query = { actor, target, reason, acknowledge: [], ifMatch: null };
	const planned = await request.ledger.plan(query);
	if (!planned.ok) return refusedBy(planned.failure);
	const plan = planned.value;
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
	const buttons = plan.would === "refuse" || !mayDelete ? [] : await planButtons(offered, request);
	return reply(planCard(plan, { reason, mayDelete, buttons }));
}

/** The offer's id is the idempotency key: a click delivered twice gets one deletion and one announcement. */
export async function deletePlanned(plan: OfferedPlan, offerId: string, request: ChatRequest): Promise<Reply> {
	const { actor, context, origin } = request;
	const closed = refusedWhileClosed(request);
	if (closed !== null) return closed;
	const { named, bindingId, prefixId, snapshot, reason, acknowledge } = plan;
	if (!isCloudflareId(bindingId) || !isCloudflareId(prefixId))
		return refused("The binding has no id, so it cannot be deleted.");
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
	const receipt = await request.ledger.request(command, ledgerWaitMs);
	if (!receipt.ok) return refusedBy(receipt.failure);
	const { deletion, replayed, joined = false } = receipt.value;
	const record = recordCard(deletion, origin, await recordButtons(deletion, request));
	const words = joined ? joinedWords(deletion) : null;
	const card = words === null ? record : { ...record, text: [words, ...record.text] };
	// A replay, or another person's deletion, was announced before; a refusal concerns only the caller.
	if (replayed || !sameName(deletion.actor.name, actor.name) || deletion.state === "refused") return reply(card);
	const announcement =
		deletion.state === "pending_approval"
			? approvalCard(deletion, origin, await approvalButtons(deletion, request))
			: recordCard(deletion, origin);
	return reply(card, { announcement });
}
