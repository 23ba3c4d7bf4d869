// The rules for a call that changes something at Cloudflare, as a table: (phase, event, condition) → (phase, what to do).
// The first matching row applies. No I/O and no clock here; `careful.ts` carries the rules out.
//
// Repeating a call is safe in itself. Cloudflare never reuses a binding's id, so a second DELETE can only hit the named
// binding; and a CIDR has at most one binding, so a second POST creates nothing. The table protects the record: it says what
// really happened, even if answers are lost and Cloudflare's reads lag.
import {
	callsAtMost,
	callTakesAtMostMs,
	lagMs,
	longestPauseMs,
	retryFrozenMs,
	retrySoonMs,
	sendWindowMs,
} from "../limits.ts";
import type { Phase, Progress } from "../record/progress.ts";

export type CarefulEvent =
	/** The work starts, or resumes after a stop or a pause. */
	| "go"
	/** Cloudflare's answers to the call. `already`: a 404 to a DELETE, "there is one" to a POST. */
	| "done"
	| "already"
	| "refused"
	| "credential_rejected"
	| "throttled"
	| "unclear"
	/** The call never left: the rate limit was known to be used up. */
	| "no_calls_left"
	/** What a look found. `saw_nothing`: Cloudflare could not be read, or the answer decides nothing yet. */
	| "saw_done"
	| "saw_not_done"
	| "saw_in_the_way"
	| "saw_nothing";

/**
 * `may_send`: fewer than three calls, within a minute of the guards' verdicts, and not forbidden. `forbidden`: a freeze is on, or a
 * later request overrides this one. `lagging`: the look began less than two minutes after the last call ended.
 */
export type RuleCondition = "may_send" | "forbidden" | "lagging";

export type CarefulFailure =
	| "no_calls_left"
	| "throttled"
	| "refused"
	| "credential_rejected"
	| "in_the_way"
	| "never_took_effect"
	| "not_sent"
	| "forbidden";

export type Action =
	| "send"
	| "look"
	/** Wait as long as Cloudflare asked, then go on. */
	| "pause"
	/** Leave it to the alarm. */
	| "look_later"
	| "succeed_by_us"
	| "succeed_by_others"
	| { fail: CarefulFailure };

export interface Rule {
	in: Phase;
	on: CarefulEvent;
	when?: RuleCondition;
	/** Absent if the work ends. */
	to?: Phase;
	do: Action;
}

/** What each phase means. */
export const phaseMeanings: Record<Phase, string> = {
	ready: "Nothing was sent that could have taken effect.",
	sent: "A call has left, or may have; no earlier one can have taken effect.",
	sent_again: "A call has left, or may have; an earlier one may have taken effect too.",
	doubtful: "A call may have taken effect, or may still do so.",
	watching: "Like doubtful, but nothing more is sent: a later call was clearly refused.",
	refused: "Every call was refused; none can have taken effect.",
	already: "Cloudflare says it is already done; none of unbind's calls can have taken effect.",
	paused: "Cloudflare's rate limit refused the call; none can have taken effect.",
};

export const rules: readonly Rule[] = [
	{ in: "ready", on: "go", when: "may_send", to: "sent", do: "send" },
	{ in: "ready", on: "go", when: "forbidden", do: { fail: "forbidden" } },
	{ in: "ready", on: "go", do: { fail: "not_sent" } },

	{ in: "sent", on: "go", to: "doubtful", do: "look" },
	{ in: "sent", on: "done", do: "succeed_by_us" },
	{ in: "sent", on: "unclear", to: "doubtful", do: "look" },
	{ in: "sent", on: "already", to: "already", do: "look" },
	{ in: "sent", on: "refused", to: "refused", do: "look" },
	{ in: "sent", on: "credential_rejected", do: { fail: "credential_rejected" } },
	{ in: "sent", on: "throttled", when: "may_send", to: "paused", do: "pause" },
	{ in: "sent", on: "throttled", do: { fail: "throttled" } },
	{ in: "sent", on: "no_calls_left", when: "may_send", to: "ready", do: "pause" },
	{ in: "sent", on: "no_calls_left", do: { fail: "no_calls_left" } },

	{ in: "doubtful", on: "go", to: "doubtful", do: "look" },
	{ in: "doubtful", on: "saw_done", do: "succeed_by_us" },
	{ in: "doubtful", on: "saw_not_done", when: "may_send", to: "sent_again", do: "send" },
	{ in: "doubtful", on: "saw_not_done", when: "lagging", to: "doubtful", do: "look_later" },
	{ in: "doubtful", on: "saw_not_done", do: { fail: "never_took_effect" } },
	{ in: "doubtful", on: "saw_in_the_way", when: "lagging", to: "doubtful", do: "look_later" },
	{ in: "doubtful", on: "saw_in_the_way", do: { fail: "in_the_way" } },
	{ in: "doubtful", on: "saw_nothing", to: "doubtful", do: "look_later" },

	{ in: "sent_again", on: "go", to: "doubtful", do: "look" },
	{ in: "sent_again", on: "done", do: "succeed_by_us" },
	{ in: "sent_again", on: "unclear", to: "doubtful", do: "look" },
	{ in: "sent_again", on: "already", to: "watching", do: "look" },
	{ in: "sent_again", on: "refused", to: "watching", do: "look" },
	{ in: "sent_again", on: "credential_rejected", to: "watching", do: "look" },
	{ in: "sent_again", on: "throttled", when: "may_send", to: "doubtful", do: "pause" },
	{ in: "sent_again", on: "throttled", to: "watching", do: "look" },
	{ in: "sent_again", on: "no_calls_left", when: "may_send", to: "doubtful", do: "pause" },
	{ in: "sent_again", on: "no_calls_left", to: "watching", do: "look" },

	{ in: "watching", on: "go", to: "watching", do: "look" },
	{ in: "watching", on: "saw_done", do: "succeed_by_us" },
	{ in: "watching", on: "saw_not_done", when: "lagging", to: "watching", do: "look_later" },
	{ in: "watching", on: "saw_not_done", do: { fail: "never_took_effect" } },
	{ in: "watching", on: "saw_in_the_way", when: "lagging", to: "watching", do: "look_later" },
	{ in: "watching", on: "saw_in_the_way", do: { fail: "in_the_way" } },
	{ in: "watching", on: "saw_nothing", to: "watching", do: "look_later" },

	{ in: "refused", on: "go", to: "refused", do: "look" },
	{ in: "refused", on: "saw_done", do: "succeed_by_others" },
	{ in: "refused", on: "saw_not_done", do: { fail: "refused" } },
	{ in: "refused", on: "saw_in_the_way", do: { fail: "in_the_way" } },
	{ in: "refused", on: "saw_nothing", to: "refused", do: "look_later" },

	{ in: "already", on: "go", to: "already", do: "look" },
	{ in: "already", on: "saw_done", do: "succeed_by_others" },
	{ in: "already", on: "saw_not_done", when: "lagging", to: "already", do: "look_later" },
	{ in: "already", on: "saw_not_done", do: { fail: "refused" } },
	{ in: "already", on: "saw_in_the_way", do: { fail: "in_the_way" } },
	{ in: "already", on: "saw_nothing", to: "already", do: "look_later" },

	{ in: "paused", on: "go", to: "paused", do: "look" },
	{ in: "paused", on: "saw_done", do: "succeed_by_others" },
	{ in: "paused", on: "saw_not_done", when: "may_send", to: "sent", do: "send" },
	{ in: "paused", on: "saw_not_done", when: "forbidden", do: { fail: "forbidden" } },
	{ in: "paused", on: "saw_not_done", do: { fail: "throttled" } },
	{ in: "paused", on: "saw_in_the_way", do: { fail: "in_the_way" } },
	{ in: "paused", on: "saw_nothing", to: "paused", do: "look_later" },
];

export interface CarefulFacts {
	nowMs: number;
	/** When the look began, for the `saw_…` events: a slow answer can be as old as its question. */
	lookedAtMs: number;
	/** Whether sending is forbidden right now. */
	isForbidden: boolean;
	/** How long Cloudflare or the rate limit asked to wait; 0 if neither did. */
	retryAfterMs: number;
}

export interface Step {
	/** Unchanged if the work ends. */
	progress: Progress;
	do: Action;
	/** For `pause` and `look_later`. */
	waitMs: number;
	/** When a retry can help; null if unknown. */
	retryAfterMs: number | null;
	/** false is a bug in unbind: no row matches, and the alarm goes on from what is stored. */
	hasRule: boolean;
}

/** What to do next. Every event that can occur in a phase has a row without a condition. */
export function stepOf(progress: Progress, event: CarefulEvent, facts: CarefulFacts): Step {
	// A call that never left does not count.
	const known = event === "no_calls_left" ? { ...progress, callsSent: progress.callsSent - 1 } : progress;
	const found = rules.find(
		(one) => one.in === known.phase && one.on === event && (one.when === undefined || holds(one.when, known, facts)),
	);
	const rule: Pick<Rule, "to" | "do"> = found ?? { do: "look_later" };
	const sent = rule.do === "send" ? { callsSent: known.callsSent + 1, lastSentAtMs: facts.nowMs } : {};
	const ended = known.phase === "sent" || known.phase === "sent_again" ? { lastSentAtMs: endOf(known, facts) } : {};
	const looks = rule.do === "look_later" ? known.looks + 1 : known.looks;
	return {
		progress: { ...known, ...ended, ...sent, looks, phase: rule.to ?? known.phase },
		do: rule.do,
		waitMs: rule.do === "pause" ? facts.retryAfterMs : pauseMs(progress, facts.nowMs),
		retryAfterMs: retryAfterMs(rule.do, facts),
		hasRule: found !== undefined,
	};
}

/** When the open call ended: it can take effect until then. After a stop, only its time limit is known. */
const endOf = ({ lastSentAtMs }: Progress, { nowMs }: CarefulFacts): number =>
	Math.min(nowMs, lastSentAtMs + callTakesAtMostMs);

function holds(condition: RuleCondition, progress: Progress, facts: CarefulFacts): boolean {
	const { nowMs, lookedAtMs, isForbidden, retryAfterMs } = facts;
	switch (condition) {
		case "may_send":
			return (
				progress.callsSent < callsAtMost && nowMs + retryAfterMs - progress.judgedAtMs < sendWindowMs && !isForbidden
			);
		case "forbidden":
			return isForbidden;
		case "lagging":
			return lookedAtMs < progress.lastSentAtMs + lagMs;
	}
}

/** Grows with each look. One look comes right after the lag is over, when it can decide. */
function pauseMs({ looks, lastSentAtMs }: Progress, nowMs: number): number {
	const untilSettledMs = lastSentAtMs + lagMs - nowMs;
	const growingMs = Math.min(1000 * 2 ** looks, longestPauseMs);
	return untilSettledMs > 0 ? Math.min(growingMs, untilSettledMs) : growingMs;
}

function retryAfterMs(action: Action, facts: CarefulFacts): number | null {
	const failure = typeof action === "object" ? action.fail : null;
	if (failure === "forbidden") return retryFrozenMs;
	if (failure === "not_sent") return retrySoonMs;
	if (failure !== "throttled" && failure !== "no_calls_left") return null;
	return facts.retryAfterMs > 0 ? facts.retryAfterMs : retrySoonMs;
}
