// One line for people about an event of a record: what happened, to which binding, by whom, and why. It decides nothing.
import type { Deletion } from "../deletion/record/deletion.ts";
import { whoWords } from "../deletion/record/elsewhere.ts";
import type { EventType } from "./event.ts";
import { longestSummary } from "./limits.ts";

export function summaryOfRecord(type: EventType, deletion: Deletion): string {
	const { actor, reason, failure, approval, restoration } = deletion;
	const what = bindingWords(deletion);
	const who = actor.name;
	const why = reason === null ? "" : `: ${reason}`;
	const detail = failure === null ? why : `: ${failure.detail}`;
	const decider = approval?.decided_by?.name ?? "Someone";
	const restorer = restoration?.requested_by.name ?? "Someone";
	const words = (): string => {
		switch (type) {
			case "deletion.deleted":
				return `${who} deleted ${what}${why}`;
			case "deletion.already_gone":
				return `${what} was already gone when unbind went to delete it for ${who}${why}`;
			case "deletion.refused":
				return `unbind refused to delete ${what} for ${who}${detail}`;
			case "deletion.failed":
				return `unbind could not delete ${what} for ${who}${detail}`;
			case "deletion.cancelled":
				return `${cancellerOf(deletion)} cancelled the deletion of ${what} that ${who} requested${why}`;
			case "deletion.unknown":
				return `Cloudflare has not confirmed whether ${what} is deleted. unbind keeps checking. ${who} requested the deletion${why}`;
			case "approval.requested":
				return `${who} asks to delete ${what}${why}. Someone else must approve by ${approval?.expires_at}.`;
			case "approval.approved":
				return `${decider} approved the deletion of ${what} that ${who} requested${why}`;
			case "approval.rejected":
				return `${decider} rejected the deletion of ${what} that ${who} requested${why}`;
			case "approval.expired":
				return `Nobody approved the deletion of ${what} that ${who} requested${why}`;
			case "restoration.restored":
				return restoration?.state === "already_bound"
					? `${what} was already bound again when ${restorer} asked to restore it`
					: `${restorer} restored ${what}`;
			case "restoration.failed":
				return `unbind could not restore ${what} for ${restorer}: ${restoration?.failure?.detail}`;
			case "restoration.active":
				return `The restored binding ${what} is active: traffic has settled`;
			case "watch.disappeared":
				return `${what} disappeared without unbind. ${lossWords(deletion)}`;
			default:
				return `${what}: ${type}`;
		}
	};
	return oneLine(words());
}

/** Such as "203.0.113.128/25 (CDN)". */
function bindingWords({ binding, target }: Deletion): string {
	const named = binding?.cidr || target;
	return binding?.service_name ? `${named} (${binding.service_name})` : named;
}

function cancellerOf({ timeline, actor }: Deletion): string {
	const by = timeline.findLast(({ event }) => event === "cancelled")?.by;
	return typeof by === "string" ? by : actor.name;
}

function lossWords({ elsewhere }: Deletion): string {
	if (elsewhere === undefined) return "";
	const who = whoWords(elsewhere);
	return `It was last seen at ${elsewhere.last_seen_at}.${who === null ? "" : ` Deleted by ${who}.`}`;
}

/** Whatever a reason or Cloudflare's answer holds. */
export function oneLine(text: string): string {
	const line = text.replace(/\s+/g, " ").trim();
	return line.length > longestSummary ? `${line.slice(0, longestSummary - 1).replace(/[\ud800-\udbff]$/, "")}…` : line;
}

/** Such as "a, b, c and 34 more". */
export function listWords(names: readonly string[], shown = 3): string {
	const more = names.length - shown;
	return names.slice(0, shown).join(", ") + (more > 0 ? ` and ${more} more` : "");
}
