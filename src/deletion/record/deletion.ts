// The record: one attempt to delete one binding, and what happened. It is stored and returned as JSON, so its fields are in
// snake_case here too, and nothing has to be translated.
import type { Door, Party } from "./actor.ts";
import type { Effect } from "./effect.ts";
import type { Elsewhere } from "./elsewhere.ts";
import type { Json } from "./json.ts";
import type { GuardName, Verdict } from "./verdict.ts";

export const openStates = ["received", "pending_approval", "scheduled", "deleting", "unknown"] as const;
export const settledStates = [
	"deleted",
	"already_gone",
	"refused",
	"failed",
	"cancelled",
	"expired",
	"restored",
	"deleted_elsewhere",
] as const;
export const states = [...openStates, ...settledStates] as const;
export type SettledState = (typeof settledStates)[number];
export type State = (typeof states)[number];

/** Why an attempt did not end in a deletion; the doors map each to a status and a title. */
export type FailureCode =
	| "scope_missing"
	| "rate_limited"
	| "invalid_target"
	| "acknowledgement_required"
	| "binding_not_found"
	| "cloudflare_refused"
	| "credential_rejected"
	| "cloudflare_unavailable"
	| "approval_rejected"
	| "approval_expired"
	| "cancelled"
	| GuardName;

/** An item of Cloudflare's `errors` or `messages`, kept whole: `code`, `message`, and whatever else it carries. */
export type CloudflareMessage = { [key: string]: Json };

/** Cloudflare's answer; `status` and `success` are null if none came. */
export interface CloudflareAnswer {
	status: number | null;
	success: boolean | null;
	errors: CloudflareMessage[];
	messages: CloudflareMessage[];
	/** `cf-ray`, which finds the call in Cloudflare's audit log. */
	ray: string | null;
	duration_ms: number;
	/** The answer's own Retry-After, if it had one. */
	retry_after_seconds?: number;
	/** The start of a body that was not Cloudflare's envelope, or why there was no answer. */
	unreadable?: string;
}

export interface BindingSnapshot {
	account_id: string;
	prefix_id: string;
	id: string;
	cidr: string;
	service_id: string | null;
	service_name: string | null;
	provisioning: { state: string } | null;
}

export interface TimelineEvent {
	at: string;
	event: string;
	[detail: string]: Json;
}

/**
 * The format in which this release writes records, terms, progress and claims, and calls the Ledger. Version 0.1.0 wrote no
 * number, which counts as 1. Readers accept any version: they fill in defaults and ignore what they don't know.
 */
export const formatVersion = 2;

export interface Deletion {
	/** The format version of the record; 1 if absent. */
	form?: number;
	id: string;
	state: State;
	/** What the caller named: a canonical CIDR, a binding id, or an alias. */
	target: string;
	reason: string | null;
	actor: Party;
	created_at: string;
	settled_at: string | null;
	binding: BindingSnapshot | null;
	effect: Effect | null;
	guards: Verdict[];
	/** The answer to the last DELETE, or to the look-up that failed; `attempts` counts DELETEs. */
	cloudflare: (CloudflareAnswer & { attempts: number }) | null;
	failure: Failure | null;
	timeline: TimelineEvent[];
	/** The earliest time to carry it out; null means immediately. */
	not_before: string | null;
	approval: Approval | null;
	restoration: Restoration | null;
	/** How many refused requests share this record, if more than one. */
	requests?: number;
	/** The deletion that replaced it; only on a cancelled one. */
	superseded_by?: string;
	/** How someone closed it by hand, if anyone did. */
	resolution?: Resolution;
	/** Only if the binding disappeared without unbind. */
	elsewhere?: Elsewhere;
	/** Whether Cloudflare's audit log has unbind's own DELETE. */
	confirmed_by_audit_log?: boolean;
}

export interface Failure {
	code: FailureCode;
	detail: string;
	retry_after_seconds?: number;
	last_deletion?: Summary;
	/** Bindings inside the named range. */
	bindings?: string[];
}

/** What another person had to approve, and how they decided. */
export interface Approval {
	state: "pending" | "approved" | "rejected" | "expired" | "withdrawn";
	/** The guards that require it. */
	guards: GuardName[];
	requested_at: string;
	expires_at: string;
	decided_at: string | null;
	decided_by: Party | null;
}

/** The way back: the binding created again from its record. A failed restoration can be requested again. */
export interface Restoration {
	state: "restoring" | "unknown" | "restored" | "already_bound" | "failed";
	requested_at: string;
	requested_by: Party;
	settled_at: string | null;
	/** The new binding's id: Cloudflare never reuses one. */
	binding_id: string | null;
	provisioning: { state: string } | null;
	settles_within_hours: number;
	cloudflare: (CloudflareAnswer & { attempts: number }) | null;
	failure: { code: RestorationFailureCode; detail: string } | null;
	/** When the new binding was first seen active. Older records lack it. */
	active_at?: string | null;
}

type RestorationFailureCode =
	| "binding_conflict"
	| "cloudflare_refused"
	| "credential_rejected"
	| "cloudflare_unavailable";

export const resolutionOutcomes = ["gone", "standing"] as const;
export type ResolutionOutcome = (typeof resolutionOutcomes)[number];

/** What someone found when unbind could not look: the binding is gone, or it is there. */
export interface Resolution {
	outcome: ResolutionOutcome;
	by: Party;
	at: string;
	note: string;
}

/** What a list row shows. */
export interface Summary {
	id: string;
	state: State;
	cidr: string | null;
	binding_id: string | null;
	prefix_id: string | null;
	service_name: string | null;
	actor: string;
	door: Door;
	reason: string | null;
	created_at: string;
	settled_at: string | null;
	/** From Cloudflare's answer to the DELETE; finds the call in Cloudflare's audit log. */
	ray: string | null;
	/** Why it was refused or failed. */
	failure_code: FailureCode | null;
	not_before: string | null;
	/** When its approval expires; set while it waits for one. */
	expires_at: string | null;
}

/** Members that earlier releases' rows lack. */
export const laterMembers = { failure_code: null, not_before: null, expires_at: null } as const;

/** Completes a row that an earlier release may have written. */
export const wholeSummary = (row: Summary): Summary => ({ ...row, ...laterMembers, ...row });

export const isOpen = (deletion: Deletion): boolean => openStates.some((state) => state === deletion.state);

export const at = (nowMs: number): string => new Date(nowMs).toISOString();

export function withEvent(
	deletion: Deletion,
	nowMs: number,
	event: string,
	detail: { [key: string]: Json } = {},
): Deletion {
	return { ...deletion, timeline: [...deletion.timeline, { at: at(nowMs), event, ...detail }] };
}

/** The record with its final state. After that, only a restoration or a person changes the state. */
export function settle(
	deletion: Deletion,
	nowMs: number,
	state: SettledState,
	failure: Deletion["failure"] = null,
	detail: { [key: string]: Json } = {},
): Deletion {
	const story = withEvent(deletion, nowMs, state, {
		...(failure === null ? {} : { code: failure.code }),
		...detail,
	});
	return { ...story, state, settled_at: at(nowMs), failure };
}

/** Whether the caller may reuse the key for another attempt: nothing was sent, or the answer was to try again. */
export function leavesKeyFree({ state, failure, cloudflare }: Deletion): boolean {
	if (failure?.retry_after_seconds !== undefined || failure?.code === "invalid_target") return true;
	return state === "failed" && failure?.code !== "binding_not_found" && (cloudflare?.attempts ?? 0) === 0;
}

export function summaryOf(deletion: Deletion): Summary {
	const { binding, target } = deletion;
	return {
		id: deletion.id,
		state: deletion.state,
		cidr: binding?.cidr || (target.includes("/") ? target : null),
		binding_id: binding?.id ?? null,
		prefix_id: binding?.prefix_id ?? null,
		service_name: binding?.service_name ?? null,
		actor: deletion.actor.name,
		door: deletion.actor.door,
		reason: deletion.reason,
		created_at: deletion.created_at,
		settled_at: deletion.settled_at,
		ray: deletion.cloudflare?.ray ?? null,
		failure_code: deletion.failure?.code ?? null,
		not_before: deletion.not_before,
		expires_at: deletion.state === "pending_approval" ? (deletion.approval?.expires_at ?? null) : null,
	};
}
