// The pages' words for states, doors, guards, failure codes, services, times and numbers.
import type { Door } from "../../deletion/record/actor.ts";
import type { Deletion, FailureCode, State } from "../../deletion/record/deletion.ts";
import type { GuardName } from "../../deletion/record/verdict.ts";
import { type Settling, settlingDays } from "../../deletion/settling-times.ts";

export const stateWords: Record<State, string> = {
	received: "received",
	pending_approval: "waiting for approval",
	scheduled: "scheduled",
	deleting: "deleting",
	unknown: "outcome unknown",
	deleted: "deleted",
	already_gone: "already gone",
	refused: "refused",
	failed: "failed",
	cancelled: "cancelled",
	expired: "expired",
	restored: "restored",
	deleted_elsewhere: "deleted elsewhere",
};

export const doorWords: Record<Door, string> = {
	api: "API",
	cloudflare: "Cloudflare API",
	webhook: "webhook",
	chat: "chat",
	page: "page",
	watch: "watch",
};

export const guardWords: Record<GuardName, string> = {
	frozen: "freeze",
	protected: "protected list",
	out_of_range: "ranges",
	budget: "budget",
	breadth: "breadth",
	changed: "changed since the plan",
	last_binding: "last binding",
	not_restorable: "not restorable",
	leaves_no_service: "no service left",
	still_provisioning: "still provisioning",
	advertised: "announced",
	no_reason: "no reason",
};

/** Why it was refused or failed; shown beside the state. */
const failureWords: Record<FailureCode, string> = {
	...guardWords,
	scope_missing: "scope missing",
	rate_limited: "rate limit",
	invalid_target: "not a binding",
	acknowledgement_required: "risk not acknowledged",
	binding_not_found: "no such binding",
	cloudflare_refused: "Cloudflare refused",
	credential_rejected: "credential rejected",
	cloudflare_unavailable: "Cloudflare unavailable",
	approval_rejected: "rejected",
	approval_expired: "not approved in time",
	cancelled: "cancelled",
};

/** Another release may have recorded a name that this one does not know. */
const wordIn = (words: Readonly<Record<string, string>>, name: string): string =>
	words[name] ?? name.replaceAll("_", " ");

export const doorWord = (door: string): string => wordIn(doorWords, door);
export const failureWord = (code: string): string => wordIn(failureWords, code);
export const guardsInWords = (names: readonly string[]): string =>
	names.map((name) => wordIn(guardWords, name)).join(", ");

/** The binding's CIDR, or what the request named. */
export const nameOf = ({ binding, target }: Deletion): string => binding?.cidr || target;

/** A binding without a service name belongs to one of Cloudflare's regional services. */
export const serviceWord = (service: string | null): string => service ?? "a regional service";

export const capital = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);

/** Such as "1 binding" or "2 bindings". */
export const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`;

const listedOnPageAtMost = 8;

export function listed(items: readonly string[], total = items.length): string {
	const more = total - Math.min(items.length, listedOnPageAtMost);
	return `${items.slice(0, listedOnPageAtMost).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}

/** Evidence as plain text. */
export function textOf(value: unknown): string {
	if (value === null || value === undefined) return "none";
	if (Array.isArray(value)) return value.map(textOf).join(", ");
	return typeof value === "object" ? JSON.stringify(value) : String(value);
}

const units = [
	["d", 86_400_000],
	["h", 3_600_000],
	["min", 60_000],
	["s", 1000],
] as const;

/** Such as "4.2 h". */
export function durationOf(ms: number): string {
	const [unit, unitMs] = units.find(([, least]) => ms >= least) ?? ["ms", 1];
	const count = ms / unitMs;
	return `${count < 10 && unit !== "ms" ? count.toFixed(1) : Math.round(count)} ${unit}`;
}

/** How long restored bindings really took to settle; null if none did. */
export function settlingSentence({ count, medianMs, slowestMs }: Settling): string | null {
	if (medianMs === null || slowestMs === null) return null;
	const whole = `In the last ${settlingDays} days, unbind saw ${counted(count, "restored binding")} become active`;
	if (count === 1) return `${whole}, after ${durationOf(medianMs)}.`;
	return `${whole}: the median took ${durationOf(medianMs)}, the slowest ${durationOf(slowestMs)}.`;
}
