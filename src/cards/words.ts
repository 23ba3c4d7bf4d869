// The domain's facts in plain words, the same on every card. Knows no platform and asks no one.

import { announcedInWords, sentenceOf } from "../deletion/judgement/guards.ts";
import type { Party } from "../deletion/record/actor.ts";
import type { BindingSnapshot } from "../deletion/record/deletion.ts";
import type { Effect } from "../deletion/record/effect.ts";
import type { Json } from "../deletion/record/json.ts";
import type { Verdict } from "../deletion/record/verdict.ts";
import type { Fact } from "./card.ts";

const listedOnCardAtMost = 5;

/** The page of a record, which shows all of it. */
export const recordPage = (origin: string, id: string): string => `${origin}/records/${id}`;

/** To the minute, in UTC, which a whole on-call team shares. */
export const timeWords = (at: string): string => `${at.slice(0, 10)} ${at.slice(11, 16)} UTC`;

/** The name on record, and the name on the platform if it differs. */
export const partyWords = ({ name, user_name }: Party): string =>
	user_name === undefined || user_name === name ? name : `${name} (${user_name})`;

export const bindingWords = ({ cidr, service_name, provisioning }: BindingSnapshot): string =>
	[cidr, service_name ?? "a regional service", provisioning?.state ?? "state unknown"].join(", ");

/** What happens to the traffic. */
export function effectFacts({ falls_back_to, unaffected, without_service, settles_within_hours }: Effect): Fact[] {
	const heir = falls_back_to && `goes to ${falls_back_to.service_name ?? "a regional service"} (${falls_back_to.cidr})`;
	const orphans = `no service for ${listed(without_service.cidrs, without_service.total)}`;
	const traffic = heir ?? (without_service.total > 0 ? orphans : "stays where it is");
	return [
		{ name: "Traffic", value: traffic },
		...(unaffected.length === 0
			? []
			: [
					{
						name: "Unaffected",
						value: listed(
							unaffected.map(({ cidr }) => cidr),
							unaffected.length,
						),
					},
				]),
		{ name: "Settles", value: `within ${settles_within_hours} hours` },
	];
}

/** Whether Cloudflare announces it; nothing if that is not known. */
export const announcedFacts = ({ advertised }: Effect): Fact[] =>
	typeof advertised === "boolean" ? [{ name: "Announced by Cloudflare", value: advertised ? "yes" : "no" }] : [];

/** What the guards that did not pass found. */
export const warningsOf = (verdicts: readonly Verdict[]): string[] =>
	verdicts.filter(({ verdict }) => verdict !== "pass").map(verdictWords);

/** What a guard found, and what that means for the reader. */
function verdictWords(verdict: Verdict): string {
	const found = findingWords(verdict);
	switch (verdict.verdict) {
		case "refuse":
			return `Not allowed: ${found}`;
		case "approve":
			return `Needs someone else's approval: ${found}`;
		case "acknowledge":
			return `Risk: ${found}`;
		case "pass":
			return found;
	}
}

export function findingWords({ guard, ...evidence }: Verdict): string {
	const text = (name: string) => String(evidence[name] ?? "");
	switch (guard) {
		case "frozen":
			return `Deletions are frozen by ${text("by")}: ${text("freeze_reason")}`;
		case "protected":
			return `${text("by")} is on the PROTECTED list.`;
		case "out_of_range":
			return "The binding is outside the ranges you may delete in.";
		case "budget":
			return `${text("deletions")} of ${text("limit")} deletions used in ${text("window_minutes")} minutes.${again(evidence.retry_after_seconds)}`;
		case "breadth":
			return `${text("gone")} of the prefix's ${text("of")} bindings would be gone in ${text("window_minutes")} minutes.${again(evidence.retry_after_seconds)}`;
		case "changed":
			return changedSince;
		case "leaves_no_service": {
			const cidrs = textsIn(evidence.cidrs);
			return `These addresses would have no service: ${listed(cidrs, cidrs.length)}`;
		}
		case "still_provisioning":
			return `The binding is not active yet (${text("provisioning_state") || "no state"}).`;
		case "advertised":
			return announcedInWords({ guard, ...evidence });
		case "no_reason":
			return "No reason given. Write one after the target.";
		default:
			return sentenceOf(guard);
	}
}

const changedSince =
	"The prefix has changed since this card was made. Nothing was deleted. Run the command again to see it now.";

const again = (seconds: Json | undefined): string =>
	typeof seconds === "number" ? ` Try again in ${Math.ceil(seconds / 60)} min.` : "";

const textsIn = (value: Json | undefined): string[] =>
	Array.isArray(value) ? value.filter((one) => typeof one === "string") : [];

export const listed = (texts: readonly string[], total: number): string =>
	texts.slice(0, listedOnCardAtMost).join(", ") +
	(total > listedOnCardAtMost ? `, and ${total - listedOnCardAtMost} more` : "");
