// A deletion's record as a card: the result of a click, the message to the channel, and the answer to `show`. It only words
// what is on record.
import type { Deletion, Restoration } from "../deletion/record/deletion.ts";
import { type Elsewhere, whoWords } from "../deletion/record/elsewhere.ts";
import { type Button, type Card, card, type Fact, type Tone } from "./card.ts";
import { bindingWords, effectFacts, findingWords, partyWords, recordPage, timeWords, warningsOf } from "./words.ts";

export function recordCard(deletion: Deletion, origin: string, buttons: readonly Button[] = []): Card {
	const { id, binding, target, actor, reason, effect, created_at, approval, restoration, resolution, cloudflare } =
		deletion;
	const { elsewhere } = deletion;
	const { title, tone, text } = storyOf(deletion, binding?.cidr || target);
	// A deletion that did not happen, or was undone, does not move traffic.
	const moves = restoration === null && !["refused", "failed", "cancelled", "expired"].includes(deletion.state);
	return card(title, {
		tone,
		text,
		facts: [
			...(binding === null ? [] : [{ name: "Binding", value: bindingWords(binding) }]),
			...(elsewhere === undefined
				? [
						{ name: "By", value: partyWords(actor) },
						{ name: "Why", value: reason ?? "no reason given" },
						{ name: "Requested", value: timeWords(created_at) },
					]
				: [{ name: "By", value: whoWords(elsewhere) ?? "not known yet" }]),
			...(effect === null || !moves ? [] : effectFacts(effect)),
			...(approval?.decided_by ? [{ name: word(approval.state), value: `by ${partyWords(approval.decided_by)}` }] : []),
			...(restoration === null ? [] : [restorationFact(restoration)]),
			...(resolution === undefined
				? []
				: [{ name: "Resolved", value: `${resolution.outcome}, by ${partyWords(resolution.by)}: ${resolution.note}` }]),
			...(cloudflare?.status ? [cloudflareFact(cloudflare.status, cloudflare.ray)] : []),
			{ name: "Record", value: id },
		],
		warnings: deletion.state === "pending_approval" ? warningsOf(deletion.guards) : [],
		buttons,
		link: recordPage(origin, id),
	});
}

/** To the channel, for someone else to press. */
export function approvalCard(deletion: Deletion, origin: string, buttons: readonly Button[]): Card {
	const { actor, binding, target } = deletion;
	return { ...recordCard(deletion, origin, buttons), title: `${actor.name} asks to delete ${binding?.cidr ?? target}` };
}

interface Story {
	title: string;
	tone: Tone;
	text: string[];
}

function storyOf(deletion: Deletion, what: string): Story {
	const { restoration, approval, failure, not_before, elsewhere } = deletion;
	if (restoration !== null) return restorationStory(restoration, what);
	switch (deletion.state) {
		case "deleted":
			return { title: `Deleted ${what}`, tone: "good", text: [] };
		case "already_gone":
			return { title: `${what} was already gone`, tone: "good", text: ["Someone else deleted it first."] };
		case "deleted_elsewhere":
			return {
				title: `${what} disappeared without unbind`,
				tone: "bad",
				text: elsewhere ? [seenWords(elsewhere)] : [],
			};
		case "restored":
			return { title: `Restored ${what}`, tone: "good", text: [] };
		case "pending_approval":
			return {
				title: `${what} is waiting for approval`,
				tone: "careful",
				text: [`Someone else must approve by ${timeWords(approval?.expires_at ?? "")}.`],
			};
		case "scheduled":
			return {
				title: `${what} will be deleted`,
				tone: "careful",
				text: [`Not before ${timeWords(not_before ?? deletion.created_at)}.`],
			};
		case "received":
			return { title: `Looking up ${what}`, tone: "careful", text: [beingLookedUp] };
		case "deleting":
		case "unknown":
			return { title: `Deleting ${what}`, tone: "careful", text: [underWay] };
		case "cancelled":
		case "expired":
		case "refused":
		case "failed": {
			const title = failure?.code === "approval_rejected" ? `Rejected: ${what} stays` : `${what} was not deleted`;
			return { title, tone: "bad", text: failure === null ? [] : failureWords(deletion, failure) };
		}
	}
}

const seenWords = ({ last_seen_at, noticed_at }: Elsewhere): string =>
	`It was last seen at ${timeWords(last_seen_at)}. unbind noticed the loss at ${timeWords(noticed_at)}.`;

const beingLookedUp = "Cloudflare is slow to answer. Nothing has been deleted yet; the record will show the result.";

const underWay = "Cloudflare has not confirmed the outcome. unbind keeps checking; the record will show it.";

/** What the guards found, with evidence; otherwise the core's own sentence. */
function failureWords({ guards, cloudflare }: Deletion, { code, detail }: NonNullable<Deletion["failure"]>): string[] {
	const refusing = guards.filter(({ verdict }) => verdict === "refuse");
	if (refusing.length > 0 && code !== "approval_rejected") return refusing.map(findingWords);
	if (code === "acknowledgement_required")
		return ["A new risk appeared after this card was posted. Run the command again to see it."];
	const errors = cloudflare?.errors.map((one) => `Cloudflare: ${one.code ?? ""} ${one.message ?? ""}`) ?? [];
	return [detail, ...errors];
}

function restorationStory({ state, failure }: Restoration, what: string): Story {
	switch (state) {
		case "restored":
			return { title: `Restored ${what}`, tone: "good", text: [] };
		case "already_bound":
			return { title: `${what} had already been bound again`, tone: "good", text: [] };
		case "failed":
			return { title: `${what} was not restored`, tone: "bad", text: failure === null ? [] : [failure.detail] };
		case "restoring":
		case "unknown":
			return { title: `Restoring ${what}`, tone: "careful", text: [underWay] };
	}
}

function restorationFact({ state, requested_by, settles_within_hours, active_at }: Restoration): Fact {
	const settling = state === "restored" ? `, settles within ${settles_within_hours} hours` : "";
	const settles = active_at ? `, active at ${timeWords(active_at)}` : settling;
	return { name: "Restoration", value: `${word(state).toLowerCase()}, by ${partyWords(requested_by)}${settles}` };
}

const cloudflareFact = (status: number, ray: string | null): Fact => ({
	name: "Cloudflare",
	value: `answered ${status}${ray === null ? "" : `, ray ${ray}`}`,
});

const word = (state: string): string => state.charAt(0).toUpperCase() + state.slice(1).replaceAll("_", " ");
