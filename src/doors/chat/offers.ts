// Keeps what buttons stand for with the Ledger, and makes the buttons.

import type { Choice, OfferedPlan } from "../../deletion/course/offer.ts";
import { optionsFor } from "../../deletion/course/options.ts";
import type { Deletion } from "../../deletion/record/deletion.ts";
import type { Button } from "./card.ts";
import type { Talk } from "./talk.ts";

/** How long one's own button can be pressed: what it was made for may look different later. */
const ownMs = 300_000;
/** Whether an approval comes in time, the core says; its button lasts longer, so that the core is asked. */
const approvalMs = 7 * 24 * 3_600_000;

const faces: Record<Choice, Pick<Button, "label" | "style">> = {
	delete: { label: "Delete", style: "danger" },
	dismiss: { label: "Cancel", style: "plain" },
	approve: { label: "Approve", style: "danger" },
	reject: { label: "Reject", style: "plain" },
	cancel: { label: "Cancel deletion", style: "plain" },
	lift: { label: "Lift the freeze", style: "danger" },
	restore: { label: "Restore", style: "primary" },
};

/** For the caller, once. None where the Ledger cannot keep them. */
export function planButtons(plan: OfferedPlan, talk: Talk): Promise<Button[]> {
	return kept(["delete", "dismiss"], talk, { about: "plan", plan }, ownMs, talk.userId);
}

/** For the caller, once: what may be done about the deletion now. */
export async function recordButtons(deletion: Deletion, talk: Talk): Promise<Button[]> {
	const choices = optionsFor(deletion, talk.actor);
	const lastsMs = deletion.state === "pending_approval" ? approvalMs : ownMs;
	return kept(choices, talk, { about: "deletion", deletionId: deletion.id }, lastsMs, talk.userId);
}

/** For whoever may, in the channel. */
export function approvalButtons(deletion: Deletion, talk: Talk): Promise<Button[]> {
	return kept(["approve", "reject"], talk, { about: "deletion", deletionId: deletion.id }, approvalMs, null);
}

/** For the caller, once: to lift the freeze after reading what that starts. */
export function freezeButtons(talk: Talk): Promise<Button[]> {
	return kept(["lift"], talk, { about: "freeze" }, ownMs, talk.userId);
}

type Subject = { about: "plan"; plan: OfferedPlan } | { about: "deletion"; deletionId: string } | { about: "freeze" };

async function kept(
	choices: Choice[],
	talk: Talk,
	subject: Subject,
	lastsMs: number,
	user: string | null,
): Promise<Button[]> {
	if (choices.length === 0) return [];
	const { platform, channel, address, ledger } = talk;
	const terms = { platform, channel, user, choices, expiresAtMs: Date.now() + lastsMs, followUp: address };
	const offered = await ledger.offer({ ...terms, ...subject });
	return offered.ok ? choices.map((choice) => ({ choice, ...faces[choice], offerId: offered.value })) : [];
}
