// A record's timeline in words: what happened, who did it, and what Cloudflare answered.
import type { Deletion, TimelineEvent } from "../../deletion/record/deletion.ts";
import { whoWords } from "../../deletion/record/elsewhere.ts";
import { capital, doorWord, durationOf, failureWord, guardsInWords, textOf } from "./words.ts";

interface Line {
	at: string;
	/** How long after the request; null for the request itself. */
	after: string | null;
	text: string;
}

export function timelineOf(deletion: Deletion): Line[] {
	let call = "DELETE";
	return deletion.timeline.map((event, index) => {
		if (event.event === "restoration_requested") call = "POST";
		const ms = Date.parse(event.at) - Date.parse(deletion.created_at);
		return { at: event.at, after: index === 0 ? null : `+${durationOf(ms)}`, text: sentenceOf(event, call, deletion) };
	});
}

/** Why it was refused or failed, with the page's own next step. */
export function failureSentence({ failure, guards }: Deletion): string {
	if (failure?.code !== "acknowledgement_required") return failure?.detail ?? "";
	const risks = guards.filter(({ verdict, acknowledged }) => verdict === "acknowledge" && !acknowledged);
	return `A risk was not acknowledged: ${guardsInWords(risks.map(({ guard }) => guard))}. To delete it anyway, tick the risk in the plan.`;
}

interface Told {
	event: TimelineEvent;
	deletion: Deletion;
	/** What was sent to Cloudflare. */
	call: string;
	/** The event's detail of this name. */
	said(name: string): string;
	/** Who did it, through which door. */
	by: string;
	/** Why it was refused or failed. */
	because: string;
}

function sentenceOf(event: TimelineEvent, call: string, deletion: Deletion): string {
	const { failure } = deletion;
	const said = (name: string): string => textOf(event[name]);
	const by = `${said("by")}${event.door === undefined ? "" : ` (${doorWord(said("door"))})`}`;
	const because =
		failure === null || failure.code !== event.code
			? `${capital(failureWord(said("code")))}.`
			: failureSentence(deletion);
	const told = { event, deletion, call, said, by, because };
	return sentences[event.event]?.(told) ?? event.event.replaceAll("_", " ");
}

const sentences: Readonly<Record<string, (told: Told) => string>> = {
	requested: ({ deletion: { actor, target } }) =>
		`${actor.name} requested it (${doorWord(actor.door)}), naming ${target}.`,
	planned: () => "unbind looked up the binding and ran the guards.",
	approval_requested: ({ event: { guards } }) =>
		`Someone else has to approve it: ${guardsInWords([guards].flat().map(textOf))}.`,
	approved: ({ by }) => `${by} approved it.`,
	rejected: ({ by }) => `${by} rejected it.`,
	scheduled: () => "Scheduled.",
	held_by_freeze: ({ said }) => `Held by a freeze: ${said("freeze_reason")}.`,
	superseded: () => "Replaced a scheduled deletion, which is cancelled.",
	sent: ({ event, call, said }) =>
		`unbind sent the ${call} to Cloudflare${event.attempt === 1 ? "" : `, attempt ${said("attempt")}`}.`,
	answered: ({ event, said }) =>
		`Cloudflare answered ${said("status")}${event.ray === null ? "" : `, Ray id ${said("ray")}`}.`,
	not_answered: ({ said }) => `No answer came: ${said("why")}.`,
	read_back: ({ said }) => found[said("found")] ?? `unbind looked again: ${said("found")}.`,
	deleted: ({ deletion: { effect } }) =>
		`Deleted. The edge takes up to ${effect?.settles_within_hours ?? 6} hours to settle.`,
	already_gone: () => "It was gone before unbind's DELETE: someone else had deleted it.",
	deleted_elsewhere: () => "unbind noticed that the binding was gone. unbind did not delete it.",
	identified: ({ deletion }) => identifiedSentence(deletion),
	resolved: ({ event, by, said }) =>
		`${by} resolved it by hand: the binding is ${event.outcome === "gone" ? "gone" : "there"}. ${said("note")}`,
	refused: ({ because }) => `Refused. ${because}`,
	failed: ({ because }) => `Failed. ${because}`,
	cancelled: ({ by }) => `${by} cancelled it.`,
	expired: () => "Nobody approved the deletion in time.",
	restoration_requested: ({ by }) => `${by} asked to restore it.`,
	restored: ({ said }) => `Restored as the new binding ${said("binding_id")}.`,
	active: ({ said }) => `unbind saw the binding ${said("binding_id")} active: its traffic has settled.`,
	already_bound: ({ said }) => `The same service was bound there already, as ${said("binding_id")}.`,
	restoration_failed: ({ said }) => `The restoration failed: ${failureWord(said("code"))}.`,
	published: () => "unbind published the record to the history in KV.",
};

function identifiedSentence({ elsewhere }: Deletion): string {
	const who = elsewhere === undefined ? null : whoWords(elsewhere);
	const ray = elsewhere?.ray ? `, Ray id ${elsewhere.ray}` : "";
	return who === null
		? `Cloudflare's audit log has the deletion, but no name${ray}.`
		: `Cloudflare's audit log says who deleted it: ${who}${ray}.`;
}

const stillThere = "unbind looked again: the binding is still there.";

/** What a look-up at Cloudflare found. */
const found: Readonly<Record<string, string>> = {
	gone: "unbind looked again: the binding is gone.",
	"still there": stillThere,
	standing: stillThere,
	"nothing readable": "unbind looked again, but could not read Cloudflare's answer.",
	"nothing conclusive": "unbind looked again, but Cloudflare's answers are inconclusive.",
};
