// When to read the audit log next, and how far back. One request serves all waiting records. No clock, no I/O.
import { lagMs } from "../deletion/limits.ts";
import { auditPauseMs, clocksApartMs, deniedAuditPauseMs, lossStepsMs, ownAuditPauseMs, ownStepsMs } from "./limits.ts";

/** A record about which the audit log is to be asked. */
export interface AuditWait {
	deletionId: string;
	bindingId: string;
	/** Our own deletion, which the log may confirm; otherwise a loss, and the log may say who did it. */
	isOwn: boolean;
	/** When the wait began. */
	startMs: number;
	/** The entry can't be older than this. */
	sinceMs: number;
}

/** @param lastSeenMs a list that lags may have shown it after it was gone. */
export const lossWait = (deletionId: string, bindingId: string, lastSeenMs: number, noticedMs: number): AuditWait => ({
	deletionId,
	bindingId,
	isOwn: false,
	startMs: noticedMs,
	sinceMs: lastSeenMs - lagMs - clocksApartMs,
});

export const ownWait = (deletionId: string, bindingId: string, goneMs: number): AuditWait => ({
	deletionId,
	bindingId,
	isOwn: true,
	startMs: goneMs,
	sinceMs: goneMs - clocksApartMs,
});

const stepsMs = ({ isOwn }: AuditWait) => (isOwn ? ownStepsMs : lossStepsMs);

/** Whether that request was the last one for it. */
export const isOver = (wait: AuditWait, askedMs: number): boolean =>
	askedMs >= wait.startMs + Math.max(...stepsMs(wait));

/**
 * null if nothing waits.
 * @param askedMs when the last request left.
 * @param isDenied whether it was refused.
 */
export function nextAskMs(waits: readonly AuditWait[], askedMs: number | null, isDenied: boolean): number | null {
	const lastMs = askedMs ?? Number.NEGATIVE_INFINITY;
	const due = waits.map((wait) => {
		const step = stepsMs(wait).find((ms) => wait.startMs + ms > lastMs) ?? 0;
		return Math.max(wait.startMs + step, lastMs + (wait.isOwn ? ownAuditPauseMs : auditPauseMs));
	});
	if (due.length === 0) return null;
	return Math.max(Math.min(...due), isDenied ? lastMs + deniedAuditPauseMs : lastMs + auditPauseMs);
}
