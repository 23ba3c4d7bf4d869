// How unbind is: facts, and what in them means that deletions could not be carried out or recorded now. `/health` and
// `/status` decide by the same.

/** What a probe decides by; cheap to find out. */
export interface HealthFacts {
	/** Cloudflare's last answers rejected unbind's own credential. */
	credentialRejected: boolean;
	/** A row could be written and read back, at most a minute ago. */
	storageWorks: boolean;
	/** When the work that has waited longest past its time was due; null when none has. */
	overdueSinceMs: number | null;
	/** When the record that KV has lacked for longest last changed; null when KV has all of them. */
	unpublishedSinceMs: number | null;
	/** Of Cloudflare's rate limit, by its last answer; null when that is not known. */
	callsLeft: number | null;
}

export interface StatusFacts extends HealthFacts {
	schema: number;
	rows: number;
	databaseBytes: number;
	/** Records that cannot be parsed, among the newest. */
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
		/** The doors find this one, in the configuration. */
		| "misconfigured";
	detail: string;
}

/** The alarm tries again after a minute; two misses are no accident. */
const overdueForMs = 180_000;
/** For ten minutes lists show what KV lacks from the Ledger. */
const unpublishedForMs = 600_000;

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
			detail: "Workers KV has not taken a record for more than ten minutes. The ledger keeps it and tries again.",
		},
		callsLeft === 0 && {
			code: "rate_limit_used_up",
			detail: "Cloudflare's rate limit is used up. Calls go on when its window ends.",
		},
	];
	return problems.filter((problem) => problem !== false);
}

const isLongAgo = (sinceMs: number | null, limitMs: number, nowMs: number): boolean =>
	sinceMs !== null && nowMs - sinceMs > limitMs;
