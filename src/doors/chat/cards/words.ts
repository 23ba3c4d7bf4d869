// The domain's nouns in plain words, the same on every card.

import { sentenceOf } from "../../../deletion/judgement/guards.ts";
import type { Party } from "../../../deletion/record/actor.ts";
import type { BindingSnapshot } from "../../../deletion/record/deletion.ts";
import type { Effect } from "../../../deletion/record/effect.ts";
import type { Json } from "../../../deletion/record/json.ts";
import type { Verdict } from "../../../deletion/record/verdict.ts";
import type { Fact } from "../card.ts";

const listedAtMost = 5;

/** The page of a record; it is where the whole of it can be read. */
export const recordPage = (origin: string, id: string): string => `${origin}/records/${id}`;

/** To the minute, in the zone that all of an on-call team can agree on. */
export const timeWords = (at: string): string => `${at.slice(0, 10)} ${at.slice(11, 16)} UTC`;

/** Who it is on record, and what the platform calls them, where that is another name. */
export const partyWords = ({ name, user_name }: Party): string =>
	user_name === undefined || user_name === name ? name : `${name} (${user_name})`;

export const bindingWords = ({ cidr, service_name, provisioning }: BindingSnapshot): string =>
	[cidr, service_name ?? "no service", provisioning?.state ?? "state unknown"].join(", ");

/** What happens to the traffic. */
export function effectFacts({ falls_back_to, unaffected, without_service, settles_within_hours }: Effect): Fact[] {
	const heir =
		falls_back_to && `goes to ${falls_back_to.service_name ?? "a binding without a service"} (${falls_back_to.cidr})`;
	const orphans = `is served by nobody: ${listed(without_service.cidrs, without_service.total)}`;
	const traffic = heir ?? (without_service.total > 0 ? orphans : "stays where it is");
	return [
		{ name: "Traffic", value: traffic },
		...(unaffected.length === 0
			? []
			: [
					{
						name: "Keep theirs",
						value: listed(
							unaffected.map(({ cidr }) => cidr),
							unaffected.length,
						),
					},
				]),
		{ name: "Settles", value: `within ${settles_within_hours} hours` },
	];
}

/** What a guard has found, with what it means for whoever reads the card. */
export function verdictWords(verdict: Verdict): string {
	const found = findingWords(verdict);
	switch (verdict.verdict) {
		case "refuse":
			return `Not allowed: ${found}`;
		case "approve":
			return `Needs another person's word: ${found}`;
		case "acknowledge":
			return `Risk: ${found}`;
		case "pass":
			return found;
	}
}

export function findingWords({ guard, ...evidence }: Verdict): string {
	const told = (name: string) => String(evidence[name] ?? "");
	switch (guard) {
		case "frozen":
			return `Deletions are frozen by ${told("by")}: ${told("freeze_reason")}`;
		case "protected":
			return `The configuration protects ${told("by")}.`;
		case "out_of_range":
			return "The binding lies outside the ranges in which you may delete.";
		case "budget":
			return `There were ${told("deletions")} deletions in ${told("window_minutes")} minutes, and ${told("limit")} are allowed.${again(evidence.retry_after_seconds)}`;
		case "breadth":
			return `${told("gone")} of the prefix's ${told("of")} bindings would be gone in ${told("window_minutes")} minutes.${again(evidence.retry_after_seconds)}`;
		case "changed":
			return changedSince;
		case "leaves_no_service": {
			const cidrs = textsIn(evidence.cidrs);
			return `These addresses would be left without any service: ${listed(cidrs, cidrs.length)}`;
		}
		case "still_provisioning":
			return `Cloudflare is still working on the binding (${told("provisioning_state") || "no state"}).`;
		case "no_reason":
			return "No reason is given. Write one after the target.";
		default:
			return sentenceOf(guard);
	}
}

const changedSince =
	"The binding, or one beside it, has changed since the card was made. Nothing was deleted. Ask again to see how it is now.";

const again = (seconds: Json | undefined): string =>
	typeof seconds === "number" ? ` Ask again in ${Math.ceil(seconds / 60)} min.` : "";

const textsIn = (value: Json | undefined): string[] =>
	Array.isArray(value) ? value.filter((one) => typeof one === "string") : [];

const listed = (texts: readonly string[], total: number): string =>
	texts.slice(0, listedAtMost).join(", ") + (total > listedAtMost ? `, and ${total - listedAtMost} more` : "");
