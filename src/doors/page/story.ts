// A record's timeline in words: what happened, who did it, and what Cloudflare answered.
import type { Deletion, TimelineEvent } from "../../deletion/record/deletion.ts";
import { whoWords } from "../../deletion/record/elsewhere.ts";
import { doorWords, guardWords } from "./words.ts";

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

const steps = [
	["d", 86_400_000],
	["h", 3_600_000],
	["min", 60_000],
	["s", 1000],
] as const;

/** Such as "4.2 h". */
export function durationOf(ms: number): string {
	const [unit, unitMs] = steps.find(([, least]) => ms >= least) ?? ["ms", 1];
	const count = ms / unitMs;
	return `${count < 10 && unit !== "ms" ? count.toFixed(1) : Math.round(count)} ${unit}`;
}

/** Why it was refused or failed, with the page's own next step. */
export function failureSentence({ failure, guards }: Deletion): string {
	if (failure?.code !== "acknowledgement_required") return failure?.detail ?? "";
	const risks = guards.filter(({ verdict, acknowledged }) => verdict === "acknowledge" && !acknowledged);
	return `A risk was not acknowledged: ${guardsOf(risks.map(({ guard }) => guard))}. To delete it anyway, tick the risk in the plan.`;
}

function sentenceOf(event: TimelineEvent, call: string, deletion: Deletion): string {
	const { actor, target, failure, effect } = deletion;
	const said = (name: string): string => textOf(event[name]);
	const by = `${said("by")}${event.door === undefined ? "" : ` (${doorOf(said("door"))})`}`;
	const because = failure === null || failure.code !== event.code ? said("code") : failureSentence(deletion);
	switch (event.event) {
		case "requested":
			return `${actor.name} requested it (${doorOf(actor.door)}), naming ${target}.`;
		case "planned":
			return "Looked up the binding and ran the guards.";
		case "approval_requested":
			return `Someone else has to approve it: ${guardsOf(event.guards)}.`;
		case "approved":
			return `${by} approved it.`;
		case "rejected":
			return `${by} rejected it.`;
		case "scheduled":
			return "Scheduled.";
		case "held_by_freeze":
			return `Held by a freeze: ${said("freeze_reason")}.`;
		case "superseded":
			return "Replaced a scheduled deletion, which is cancelled.";
		case "sent":
			return `Sent the ${call} to Cloudflare${event.attempt === 1 ? "" : `, attempt ${said("attempt")}`}.`;
		case "answered":
			return `Cloudflare answered ${said("status")}${event.ray === null ? "" : `, Ray id ${said("ray")}`}.`;
		case "not_answered":
			return `No answer came: ${said("why")}.`;
		case "read_back":
			return readBackOf(said("found"));
		case "deleted":
			return `Deleted. The edge takes up to ${effect?.settles_within_hours ?? 6} hours to settle.`;
		case "already_gone":
			return "It was gone before unbind's DELETE: someone else had deleted it.";
		case "deleted_elsewhere":
			return "unbind noticed that the binding was gone. unbind did not delete it.";
		case "identified":
			return identifiedSentence(deletion);
		case "resolved": {
			const found = event.outcome === "gone" ? "gone" : "there";
			return `${by} resolved it by hand: the binding is ${found}. ${said("note")}`;
		}
		case "refused":
			return `Refused. ${because}`;
		case "failed":
			return `Failed. ${because}`;
		case "cancelled":
			return `${by} cancelled it.`;
		case "expired":
			return "Nobody approved it in time.";
		case "restoration_requested":
			return `${by} asked to restore it.`;
		case "restored":
			return `Restored as the new binding ${said("binding_id")}.`;
		case "active":
			return `Saw the binding ${said("binding_id")} active: its traffic has settled.`;
		case "already_bound":
			return `The same service was bound there already, as ${said("binding_id")}.`;
		case "restoration_failed":
			return `The restoration failed: ${said("code")}.`;
		case "published":
			return "Published the record to the history in KV.";
		default:
			return event.event.replaceAll("_", " ");
	}
}

function identifiedSentence({ elsewhere }: Deletion): string {
	const who = elsewhere === undefined ? null : whoWords(elsewhere);
	const ray = elsewhere?.ray ? `, Ray id ${elsewhere.ray}` : "";
	return who === null
		? `Cloudflare's audit log has the deletion, but no name${ray}.`
		: `Cloudflare's audit log says who deleted it: ${who}${ray}.`;
}

/** What a lookup at Cloudflare found. */
function readBackOf(found: string): string {
	switch (found) {
		case "gone":
			return "Looked it up again: the binding is gone.";
		case "still there":
		case "standing":
			return "Looked it up again: the binding is still there.";
		case "nothing readable":
			return "Looked it up again, but Cloudflare's answer could not be read.";
		case "nothing conclusive":
			return "Looked it up again, but Cloudflare's answers are inconclusive.";
		default:
			return `Looked it up again: ${found}.`;
	}
}

const wordsOfGuards: Readonly<Record<string, string>> = guardWords;
const guardsOf = (names: unknown): string =>
	(Array.isArray(names) ? names : [names]).map((name) => wordsOfGuards[String(name)] ?? textOf(name)).join(", ");

const words: Readonly<Record<string, string>> = doorWords;
const doorOf = (door: string): string => words[door] ?? door;

/** Evidence as plain text. */
export function textOf(value: unknown): string {
	if (value === null || value === undefined) return "none";
	if (Array.isArray(value)) return value.map(textOf).join(", ");
	return typeof value === "object" ? JSON.stringify(value) : String(value);
}
