// unbind's health: the facts, and which of them mean that deletions can't be carried out or recorded right now. `/health`
// and `/status` use the same rules.
import type { DestinationFacts } from "../notify/delivery.ts";
import type { AuditAccess } from "./audit-log.ts";
import { overdueForMs, unpublishedForMs } from "./limits.ts";
import type { Settling } from "./settling-times.ts";

/** What a probe needs to know; cheap to collect. */
export interface HealthFacts {
	/** Cloudflare rejected unbind's own credential in its latest answers. */
	credentialRejected: boolean;
	/** A row was written and read back within the last minute. */
	storageWorks: boolean;
	/** Due time of the longest overdue work; null if nothing is overdue. */
	overdueSinceMs: number | null;
	/** Last change of the record that has waited longest for KV; null if KV has all of them. */
	unpublishedSinceMs: number | null;
	/** Calls left of Cloudflare's rate limit, from its last answer; null if unknown. */
	callsLeft: number | null;
}

export interface WatchFacts {
	everyMs: number;
	/** The actual interval. */
	intervalMs: number;
	prefixes: number;
	bindings: number;
	/** Bindings that a look missed, and that are looked for again. */
	missed: number;
	/** Every prefix was looked at after this; null until then. */
	lookedMs: number | null;
	isLooking: boolean;
	/** Of the last week; version 0.1.0's Ledger has none. */
	massDeletions?: { count: number; newest: { id: string; sinceMs: number } | null };
	/** Whether the credential may read what is announced. Version 0.1.0's Ledger does not say. */
	bgpPrefixes?: AuditAccess;
}

export interface AuditFacts {
	/** Whether the credential may read Cloudflare's audit log. */
	auditLog: AuditAccess;
	isAsking: boolean;
}

export interface StatusFacts extends HealthFacts {
	/** null if the configuration can't be read; version 0.1.0's Ledger has none. */
	destinations?: readonly DestinationFacts[] | null;
	/** null if the configuration can't be read; version 0.1.0's Ledger has none. */
	watch?: (WatchFacts & AuditFacts & { settling?: Settling }) | null;
	schema: number;
	rows: number;
	databaseBytes: number;
	/** How many records can't be parsed. */
	unreadable: number;
	overdue: number;
	unpublished: number;
	unknown: { count: number; oldest: { id: string; sinceMs: number } | null };
	lastAlarmMs: number | null;
	nextAlarmMs: number | null;
	credentialCheckedMs: number | null;
}

export interface HealthProblem {
	code:
		| "credential_rejected"
		| "storage_not_writable"
		| "work_overdue"
		| "publishing_behind"
		| "rate_limit_used_up"
		/** Found by the doors, in the configuration. */
		| "misconfigured";
	detail: string;
}

export function healthProblems(facts: HealthFacts, nowMs: number): HealthProblem[] {
	const { credentialRejected, storageWorks, overdueSinceMs, unpublishedSinceMs, callsLeft } = facts;
	const problems: (HealthProblem | false)[] = [
		credentialRejected && {
			code: "credential_rejected",
			detail:
				"Cloudflare rejects unbind's credential. Check the Worker's secret and its permission (IP Prefixes: Edit).",
		},
		!storageWorks && { code: "storage_not_writable", detail: "The ledger's storage can't be written." },
		isLongAgo(overdueSinceMs, overdueForMs, nowMs) && {
			code: "work_overdue",
			detail: "Work has been due for more than three minutes. The log says why the alarm fails (alarm_failed).",
		},
		isLongAgo(unpublishedSinceMs, unpublishedForMs, nowMs) && {
			code: "publishing_behind",
			detail: "Workers KV has not taken a record for more than ten minutes. The Ledger keeps it and tries again.",
		},
		callsLeft === 0 && {
			code: "rate_limit_used_up",
			detail: "Cloudflare's rate limit is used up. Calls resume when its window ends.",
		},
	];
	return problems.filter((problem) => problem !== false);
}

const isLongAgo = (sinceMs: number | null, limitMs: number, nowMs: number): boolean =>
	sinceMs !== null && nowMs - sinceMs > limitMs;
