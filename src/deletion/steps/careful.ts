// Carries out a call that changes something at Cloudflare, by the rules in `careful-rules.ts`: the intent is recorded first,
// and every unclear answer is followed by a look at Cloudflare. There are two errands, deleting a binding and creating it
// again. They differ only in what they call and what they look at.

import { lookAfterMs } from "../limits.ts";
import type { CloudflareFault, Ports } from "../ports.ts";
import { type CloudflareAnswer, type Deletion, withEvent } from "../record/deletion.ts";
import type { Progress } from "../record/progress.ts";
import type { Result } from "../result.ts";
import { type CarefulEvent, type CarefulFailure, type Step, stepOf } from "./careful-rules.ts";

/** No call was possible: the record's ids are not safe in a path. */
export const notCalled = {
	kind: "refused" as const,
	answer: {
		status: null,
		success: null,
		errors: [],
		messages: [],
		ray: null,
		duration_ms: 0,
		unreadable: "the record has no id to call Cloudflare with",
	},
};

/** Done; not done (yet); something else is there; or no way to know right now. */
type Sight = "done" | "not_done" | "in_the_way" | "nothing";

/**
 * Called in this order: open, isForbidden, keep (the intent), call, and then keep, succeed or fail. In doubt, look comes before
 * another call.
 * @typeParam Seen what an answer or a look shows that the record should keep.
 */
interface Errand<Seen> {
	/** The record and its progress; null once it is settled. */
	open(): { deletion: Deletion; progress: Progress } | null;
	/** Whether sending is forbidden right now. */
	isForbidden(): boolean;
	call(): Promise<Result<{ answer: CloudflareAnswer; seen: Seen }, CloudflareFault>>;
	/** Whether a refusal means that what we want is already the case. */
	isAlready(fault: CloudflareFault): boolean;
	look(): Promise<{ sight: Sight; seen: Seen | null }>;
	/** What a look saw, in the timeline's words. */
	sights: Record<Sight, string>;
	/** The record in progress, with Cloudflare's answer if there is a new one. */
	shown(
		deletion: Deletion,
		state: "under_way" | "unknown",
		answer: (CloudflareAnswer & { attempts: number }) | null,
	): Deletion;
	keep(deletion: Deletion, progress: Progress, dueAtMs: number): void;
	succeed(deletion: Deletion, by: "us" | "others", seen: Seen | null): void;
	/** @param retryAfterMs null if retrying does not help. */
	fail(deletion: Deletion, failure: CarefulFailure, retryAfterMs: number | null): void;
}

interface News<Seen> {
	event: CarefulEvent;
	answer: CloudflareAnswer | null;
	seen: Seen | null;
	sight: Sight | null;
	/** When a look began. */
	lookedAtMs: number;
	retryAfterMs: number;
}

/**
 * If the process stops:
 * - before `keep` for a `send`: the intent is stored. The alarm sends the call, or gives up once the window has closed.
 * - after that, before the answer is kept: the intent says that a call may have left. Nothing is sent again; the alarm
 *   looks. If it is done, our call did it; if not, the call had no effect (yet).
 * - after the answer is kept: a settled record, which the outbox takes to KV, or an unclear one, which is looked at.
 *
 * A call is repeated only after a look has shown that the earlier one had no effect, at most three times in all, and only
 * within a minute of the last judgement: nobody wants this morning's deletion to happen this afternoon because Cloudflare's
 * API is back.
 *
 * Resolves once the record is settled, or there is nothing to do until its due time.
 */
export async function carefully<Seen>(errand: Errand<Seen>, ports: Ports): Promise<void> {
	let news: News<Seen> = nothingNew;
	for (let open = errand.open(); open !== null; open = errand.open()) {
		const nowMs = ports.now();
		const deletion = withNews(open.deletion, news, open.progress, errand, nowMs);
		const { lookedAtMs, retryAfterMs } = news;
		const facts = { nowMs, lookedAtMs, isForbidden: errand.isForbidden(), retryAfterMs };
		const step = stepOf(open.progress, news.event, facts);
		if (!step.hasRule) ports.noRule({ deletionId: deletion.id, phase: open.progress.phase, event: news.event });
		const keep = (record: Deletion, waitMs: number) =>
			errand.keep(errand.shown(record, stateOf(step), null), step.progress, nowMs + waitMs);
		if (typeof step.do === "object") return errand.fail(deletion, step.do.fail, step.retryAfterMs);
		switch (step.do) {
			case "send":
				keep(withEvent(deletion, nowMs, "sent", { attempt: step.progress.callsSent }), lookAfterMs);
				news = await makeCall(errand);
				break;
			case "look":
				// Resuming a look after a stop changes nothing, so there is nothing to store.
				if (news.event !== "go" || step.progress.phase !== open.progress.phase) keep(deletion, lookAfterMs);
				news = await takeLook(errand, nowMs);
				break;
			case "pause":
				keep(deletion, step.waitMs + lookAfterMs);
				await ports.sleep(step.waitMs);
				news = nothingNew;
				break;
			case "look_later":
				return keep(deletion, step.waitMs);
			case "succeed_by_us":
				return errand.succeed(deletion, "us", news.seen);
			case "succeed_by_others":
				return errand.succeed(deletion, "others", news.seen);
		}
	}
}

const nothingNew = { event: "go", answer: null, seen: null, sight: null, lookedAtMs: 0, retryAfterMs: 0 } as const;

/** The record's state: under way while a call is out; unknown while its outcome is in doubt or a look has to wait. */
const stateOf = ({ progress, do: action }: Step): "under_way" | "unknown" =>
	progress.phase === "doubtful" || progress.phase === "watching" || action === "look_later" ? "unknown" : "under_way";

async function makeCall<Seen>(errand: Errand<Seen>): Promise<News<Seen>> {
	const reply = await errand.call();
	if (reply.ok) return { ...nothingNew, event: "done", ...reply.value };
	const { failure } = reply;
	const retryAfterMs = failure.kind === "throttled" ? failure.retryAfterMs : 0;
	return { ...nothingNew, event: eventOf(failure, errand), answer: failure.answer, retryAfterMs };
}

function eventOf<Seen>(fault: CloudflareFault, errand: Errand<Seen>): CarefulEvent {
	switch (fault.kind) {
		case "unclear":
		case "credential_rejected":
			return fault.kind;
		case "throttled":
			return fault.answer === null ? "no_calls_left" : "throttled";
		// A refusal can mean "already done", and its status and code have several meanings. A look finds out.
		case "refused":
		case "not_found":
			return errand.isAlready(fault) ? "already" : "refused";
	}
}

async function takeLook<Seen>(errand: Errand<Seen>, lookedAtMs: number): Promise<News<Seen>> {
	const { sight, seen } = await errand.look();
	return { ...nothingNew, event: `saw_${sight}`, sight, seen, lookedAtMs };
}

/** Adds what was just learned to the record. */
function withNews<Seen>(
	deletion: Deletion,
	{ event, answer, sight }: News<Seen>,
	{ callsSent }: Progress,
	errand: Errand<Seen>,
	nowMs: number,
): Deletion {
	if (event === "no_calls_left") return withoutLastSent(deletion);
	if (answer !== null) {
		const story =
			answer.status === null
				? withEvent(deletion, nowMs, "not_answered", { why: answer.unreadable ?? "" })
				: withEvent(deletion, nowMs, "answered", { status: answer.status, ray: answer.ray });
		return errand.shown(story, "under_way", { ...answer, attempts: callsSent });
	}
	if (sight === null) return deletion;
	// Looks that find the same thing again share one event.
	const found = errand.sights[sight];
	const last = deletion.timeline.at(-1);
	return last?.event === "read_back" && last.found === found
		? deletion
		: withEvent(deletion, nowMs, "read_back", { found });
}

/** A call that never left does not belong in the timeline. An earlier errand of the same record may have sent others. */
function withoutLastSent(deletion: Deletion): Deletion {
	const last = deletion.timeline.findLastIndex(({ event }) => event === "sent");
	return last === -1 ? deletion : { ...deletion, timeline: deletion.timeline.toSpliced(last, 1) };
}
