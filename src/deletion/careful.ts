// Carries out a call that changes something at Cloudflare, by the rules in `careful-rules.ts`: intent first, and after
// every unclear answer a look at what is so now. Deleting a binding and creating it again are the two errands; they
// differ in what is called and looked at, and in nothing else.
import { type CarefulEvent, type CarefulFailure, callTakesAtMostMs, type Step, stepOf } from "./careful-rules.ts";
import { type CloudflareAnswer, type Deletion, withEvent } from "./deletion.ts";
import type { CloudflareFault, Ports } from "./ports.ts";
import type { Progress } from "./progress.ts";
import type { Result } from "./result.ts";

/** The alarm looks after what nobody has finished by then. */
export const lookAfterMs = callTakesAtMostMs;

/** In the place of an answer where nothing could be called: a record whose ids cannot stand in a path. */
export const noAnswer: CloudflareAnswer = {
	status: null,
	success: null,
	errors: [],
	messages: [],
	ray: null,
	duration_ms: 0,
	unreadable: "the record holds no id that could be called with",
};

/** Done; not done (yet); something else is there; or it cannot be told now. */
export type Sight = "done" | "not_done" | "in_the_way" | "nothing";

/** @typeParam Seen what an answer or a look can show that the record is to keep. */
export interface Errand<Seen> {
	/** The record and its progress; null when it is settled. */
	open(): { deletion: Deletion; progress: Progress } | null;
	/** No call may leave now, whatever else is so. */
	isHeld(): boolean;
	call(): Promise<Result<{ answer: CloudflareAnswer; seen: Seen }, CloudflareFault>>;
	/** Whether a refusal says that what we want is so already. */
	isAlready(fault: CloudflareFault): boolean;
	look(): Promise<{ sight: Sight; seen: Seen | null }>;
	/** What was seen, in words for the timeline. */
	sights: Record<Sight, string>;
	/** The record under way, with Cloudflare's last answer where there is a new one. */
	shown(
		deletion: Deletion,
		state: "under_way" | "unknown",
		answer: (CloudflareAnswer & { attempts: number }) | null,
	): Deletion;
	keep(deletion: Deletion, progress: Progress, dueAtMs: number): void;
	succeed(deletion: Deletion, by: "us" | "others", seen: Seen | null): void;
	/** @param retryAfterMs null where asking again does not help. */
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
 * What happens if everything stops here?
 * - Before `keep` for a `send`: the intent is there. The alarm sends the call, or gives up when the window has closed.
 * - After it, before the answer is kept: an intent that says a call may have left. Nobody sends a second one on that
 *   ground: the alarm looks. If it is done, the call did it; if not, it did not (yet).
 * - After the answer is kept: a settled record, which the outbox takes to KV; or an unclear one, which is looked at.
 *
 * A second call is sent only after a look has shown that the first took no effect, at most three in all, and only within
 * a minute of the last judgement: nobody wants a deletion that was asked for this morning to happen this afternoon
 * because Cloudflare's API is back.
 *
 * Resolves when it is settled, or when there is nothing to do until its due time.
 */
export async function carefully<Seen>(errand: Errand<Seen>, ports: Ports): Promise<void> {
	let news: News<Seen> = nothingNew;
	for (let open = errand.open(); open !== null; open = errand.open()) {
		const nowMs = ports.now();
		const deletion = withNews(open.deletion, news, open.progress, errand, nowMs);
		const { lookedAtMs, retryAfterMs } = news;
		const facts = { nowMs, lookedAtMs, isHeld: errand.isHeld(), retryAfterMs };
		const step = stepOf(open.progress, news.event, facts);
		if (!step.hasRule) ports.noRule({ deletionId: deletion.id, phase: open.progress.phase, event: news.event });
		const keep = (record: Deletion, waitMs: number) =>
			errand.keep(errand.shown(record, stateOf(step), null), step.progress, nowMs + waitMs);
		if (typeof step.do === "object") return errand.fail(deletion, step.do.fail, step.retryAfterMs);
		switch (step.do) {
			case "send":
				keep(withEvent(deletion, nowMs, "sent", { attempt: step.progress.callsSent }), lookAfterMs);
				news = await answered(errand);
				break;
			case "look":
				// A look after a stop changes nothing that would have to be kept.
				if (news.event !== "go" || step.progress.phase !== open.progress.phase) keep(deletion, lookAfterMs);
				news = await looked(errand, nowMs);
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

/** While a call is out, the record says so; once its outcome is in doubt, or a look has to wait, it says that. */
const stateOf = ({ progress, do: action }: Step): "under_way" | "unknown" =>
	progress.phase === "doubtful" || progress.phase === "watching" || action === "look_later" ? "unknown" : "under_way";

async function answered<Seen>(errand: Errand<Seen>): Promise<News<Seen>> {
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
			return fault.answer === null ? "held_back" : "throttled";
		// A no can mean "that is so already", and its status and code have several meanings: what is so, a look tells.
		case "refused":
		case "not_found":
			return errand.isAlready(fault) ? "already" : "refused";
	}
}

async function looked<Seen>(errand: Errand<Seen>, lookedAtMs: number): Promise<News<Seen>> {
	const { sight, seen } = await errand.look();
	return { ...nothingNew, event: `saw_${sight}`, sight, seen, lookedAtMs };
}

/** The record with what has just been learned. */
function withNews<Seen>(
	deletion: Deletion,
	{ event, answer, sight }: News<Seen>,
	{ callsSent }: Progress,
	errand: Errand<Seen>,
	nowMs: number,
): Deletion {
	if (event === "held_back") return withoutLastSent(deletion);
	if (answer !== null) {
		const story =
			answer.status === null
				? withEvent(deletion, nowMs, "not_answered", { why: answer.unreadable ?? "" })
				: withEvent(deletion, nowMs, "answered", { status: answer.status, ray: answer.ray });
		return errand.shown(story, "under_way", { ...answer, attempts: callsSent });
	}
	if (sight === null) return deletion;
	// Looks that find the same again add one event.
	const found = errand.sights[sight];
	const last = deletion.timeline.at(-1);
	return last?.event === "read_back" && last.found === found
		? deletion
		: withEvent(deletion, nowMs, "read_back", { found });
}

/** A call that never left is no part of the story. An earlier errand of the same record may have sent others. */
function withoutLastSent(deletion: Deletion): Deletion {
	const last = deletion.timeline.findLastIndex(({ event }) => event === "sent");
	return last === -1 ? deletion : { ...deletion, timeline: deletion.timeline.toSpliced(last, 1) };
}
