// A record's timeline in words: what happened, who did it, and what Cloudflare said.
import type { Deletion, TimelineEvent } from "../../deletion/deletion.ts";
import { doorWords } from "./words.ts";

export interface Told {
	at: string;
	text: string;
}

export function storyOf(deletion: Deletion): Told[] {
	let call = "DELETE";
	return deletion.timeline.map((event) => {
		if (event.event === "restoration_requested") call = "POST";
		return { at: event.at, text: sentenceOf(event, call, deletion) };
	});
}

function sentenceOf(event: TimelineEvent, call: string, { actor, target, failure, effect }: Deletion): string {
	const said = (name: string): string => textOf(event[name]);
	const by = `${said("by")}${event.door === undefined ? "" : ` (${doorOf(said("door"))})`}`;
	const because = failure === null || failure.code !== event.code ? said("code") : failure.detail;
	switch (event.event) {
		case "requested":
			return `${actor.name} asked for it (${doorOf(actor.door)}), naming ${target}.`;
		case "planned":
			return "It was looked up at Cloudflare, and the guards judged it.";
		case "approval_requested":
			return `Another person has to agree: ${said("guards")}.`;
		case "approved":
			return `${by} approved it.`;
		case "rejected":
			return `${by} rejected it.`;
		case "scheduled":
			return "It waits for its time.";
		case "held_by_freeze":
			return `A freeze holds it: ${said("freeze_reason")}.`;
		case "sent":
			return `The ${call} was sent to Cloudflare${event.attempt === 1 ? "" : `, for the ${said("attempt")}. time`}.`;
		case "answered":
			return `Cloudflare answered ${said("status")}${event.ray === null ? "" : `, Ray id ${said("ray")}`}.`;
		case "not_answered":
			return `No answer came: ${said("why")}.`;
		case "read_back":
			return `A look at Cloudflare found the binding ${said("found")}.`;
		case "deleted":
			return `Deleted. The edge takes up to ${effect?.settles_within_hours ?? 6} hours to settle.`;
		case "already_gone":
			return "It was gone before unbind's DELETE: somebody else had deleted it.";
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
			return `${by} asked for it back.`;
		case "restored":
			return `Restored, as the new binding ${said("binding_id")}.`;
		case "already_bound":
			return `The same service was bound there already, as ${said("binding_id")}.`;
		case "restoration_failed":
			return `The restoration failed: ${said("code")}.`;
		case "published":
			return "The record reached the history in KV.";
		default:
			return event.event.replaceAll("_", " ");
	}
}

const words: Readonly<Record<string, string>> = doorWords;
const doorOf = (door: string): string => words[door] ?? door;

/** Evidence as somebody would say it. */
export function textOf(value: unknown): string {
	if (value === null || value === undefined) return "none";
	if (Array.isArray(value)) return value.map(textOf).join(", ");
	return typeof value === "object" ? JSON.stringify(value) : String(value);
}
