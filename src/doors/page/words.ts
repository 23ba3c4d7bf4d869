// The pages' words for states, doors, guards and failure codes.
import type { Door } from "../../deletion/record/actor.ts";
import type { FailureCode, State } from "../../deletion/record/deletion.ts";
import type { GuardName } from "../../deletion/record/verdict.ts";

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

export const announcedWord = (advertised: boolean | null): string =>
	advertised === null ? "unknown" : advertised ? "yes" : "no";

/** Why it was refused or failed; shown beside the state. */
export const failureWords: Record<FailureCode, string> = {
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

/** A binding without a service name belongs to one of Cloudflare's regional services. */
export const serviceWord = (service: string | null): string => service ?? "a regional service";
