// Shows a target's plan as a card, and runs the deletion when its button is pressed. The button deletes only what the card
// showed: this binding, unchanged, with these risks.

import { type Button, type Card, card } from "../../cards/card.ts";
import { approvalCard, recordCard } from "../../cards/record-card.ts";
import { announcedFacts, bindingWords, effectFacts, warningsOf } from "../../cards/words.ts";
import { isCloudflareId } from "../../deletion/address/cloudflare-id.ts";
import type { Target } from "../../deletion/address/target.ts";
import type { Plan } from "../../deletion/judgement/plan.ts";
import { sameName } from "../../deletion/record/actor.ts";
import { joinedWords } from "../../deletion/record/in-words.ts";
import type { OfferedPlan } from "../../deletion/steps/offer.ts";
import { chatWaitMs } from "../limits.ts";
import { approvalButtons, ownButtons, recordButtons } from "./buttons.ts";
import { type ChatRequest, type Reply, refused, refusedBy, refusedWhileClosed, reply } from "./reply.ts";

export async function showPlan(target: Target, reason: string | null, request: ChatRequest): Promise<Reply> {
	const { actor } = request;
	const closed = refusedWhileClosed(request);
	if (closed !== null) return closed;
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
	const buttons =
		plan.would === "refuse" || !mayDelete
			? []
			: await ownButtons(["delete", "dismiss"], { about: "plan", plan: offered }, request);
	return reply(planCard(plan, { reason, mayDelete, buttons }));
}

interface Shown {
	reason: string | null;
	mayDelete: boolean;
	buttons: readonly Button[];
}

/** Which binding, what happens to its traffic, and which risks there are. */
function planCard({ binding, effect, guards, would }: Plan, { reason, mayDelete, buttons }: Shown): Card {
	const isRefused = would === "refuse";
	return card(isRefused ? `${binding.cidr} cannot be deleted now` : `Delete ${binding.cidr}?`, {
		tone: isRefused ? "bad" : "careful",
		text: isRefused || mayDelete ? [] : ['You cannot delete this binding: you lack the scope "delete".'],
		facts: [
			{ name: "Binding", value: bindingWords(binding) },
			{ name: "Why", value: reason ?? "no reason given" },
			...effectFacts(effect),
			...announcedFacts(effect),
		],
		warnings: warningsOf(guards),
		buttons: would === "wait_for_approval" ? buttons.map(asking) : buttons,
	});
}

const asking = (button: Button): Button =>
	button.choice === "delete" ? { ...button, label: "Ask for approval", style: "primary" } : button;

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
	// Not `commandDeletion`: chat has its own words for a closed or unreachable Ledger (`reply.ts`).
	const receipt = await request.ledger.request(command, chatWaitMs);
	if (!receipt.ok) return refusedBy(receipt.failure);
	const { deletion, replayed, joined = false } = receipt.value;
	const record = recordCard(deletion, origin, await recordButtons(deletion, request));
	const words = joined ? joinedWords(deletion) : null;
	const shown = words === null ? record : { ...record, text: [words, ...record.text] };
	// A replay, or another person's deletion, was announced before; a refusal concerns only the caller.
	if (replayed || !sameName(deletion.actor.name, actor.name) || deletion.state === "refused") return reply(shown);
	const announcement =
		deletion.state === "pending_approval"
			? approvalCard(deletion, origin, await approvalButtons(deletion, request))
			: recordCard(deletion, origin);
	return reply(shown, { announcement });
}
