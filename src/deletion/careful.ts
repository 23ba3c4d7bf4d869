// A call that changes something at Cloudflare, made once: intent first, and after every unclear answer a look at what is
// so now. Deleting a binding and creating it anew are the two errands; they differ in what is called and looked at, and
// in nothing else.
import { type CloudflareAnswer, type Deletion, withEvent } from "./deletion.ts";
import type { CloudflareFault, Ports, Progress } from "./ports.ts";
import type { Result } from "./result.ts";

/** The alarm looks after a call that nobody has finished by then: its time-out, and some. */
export const lookAfterMs = 15_000;
/** How long after the last judgement a call may still be sent: later, the world may be another one. */
export const sendWindowMs = 60_000;
export const callsAtMost = 3;
/** A call that was cut off can still land; what is not so this long after was not done by it. */
export const landingMs = 60_000;
/** So that an outcome is known within a minute of Cloudflare answering again. */
const longestReadBackPauseMs = 45_000;
const retrySoonMs = 5000;
/** Nobody knows how long a hold lasts. */
const retryHeldMs = 300_000;

export const notYetSent = (judgedAtMs: number): Progress => ({
	judgedAtMs,
	callsSent: 0,
	lastSentAtMs: 0,
	readBackFirst: false,
	mayHaveTakenEffect: false,
	answeredNo: false,
	readBacks: 0,
});

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

/** As wished; not (yet); it never will be, as something else stands there; or it cannot be told now. */
export type Sight = "done" | "not_done" | "in_the_way" | "unreadable";

export interface Errand {
	/** Where it stands; null when it is settled. */
	open(): { deletion: Deletion; progress: Progress } | null;
	/** No call may leave now, whatever else is so. */
	isHeld(): boolean;
	call(): Promise<Result<CloudflareAnswer, CloudflareFault>>;
	look(): Promise<Sight>;
	/** What was seen, in words for the timeline. */
	sights: Record<Exclude<Sight, "unreadable">, string>;
	/** The record under way, with Cloudflare's last answer where there is a new one. */
	shown(
		deletion: Deletion,
		state: "under_way" | "unknown",
		answer: (CloudflareAnswer & { attempts: number }) | null,
	): Deletion;
	keep(deletion: Deletion, progress: Progress, dueAtMs: number): void;
	/** It is as wished, by our call or by somebody else's doing. */
	succeed(deletion: Deletion, by: "us" | "others"): void;
	/** @param retryAfterMs set where asking again can help. */
	fail(deletion: Deletion, failure: ErrandFailure, retryAfterMs?: number): void;
}

export type ErrandFailure =
	| "held_back"
	| "throttled"
	| "refused"
	| "credential_rejected"
	| "in_the_way"
	| "no_clear_answer"
	| "not_sent"
	| "held";

/**
 * What stands if everything stops here?
 * - Before `keep` in `send`: the intent. The alarm sends the call, or gives up when the window has closed.
 * - After it, before the answer is kept: an intent that says a call may have left. Nobody sends a second one on that
 *   ground: the alarm looks. If it is as wished, the call did it; if not, it did not (yet).
 * - After the answer is kept: a settled record, which the outbox takes to KV; or an unclear one, which is looked at.
 *
 * A second call is sent only after a look has shown that the first took no effect, at most three in all, and only within
 * a minute of the last judgement: nobody wants a deletion that was asked for this morning to happen this afternoon
 * because Cloudflare's API is back. Repeating is safe in itself: ids are never used twice, so a second DELETE can hit
 * nothing but the binding that was named, and a CIDR has one binding, so a second POST creates nothing.
 *
 * Resolves when it is settled, or when there is nothing to do until its due time.
 */
export async function carefully(errand: Errand, ports: Ports): Promise<void> {
	for (let open = errand.open(); open !== null; open = errand.open()) {
		const { progress } = open;
		const next = progress.readBackFirst ? lookAgain : maySend(progress, ports.now(), errand) ? send : giveUp;
		if (!(await next(errand, open, ports))) return;
	}
}

interface Standing {
	deletion: Deletion;
	progress: Progress;
}
type Step = (errand: Errand, open: Standing, ports: Ports) => Promise<boolean>;

const maySend = ({ callsSent, judgedAtMs }: Progress, nowMs: number, errand: Errand): boolean =>
	callsSent < callsAtMost && nowMs - judgedAtMs < sendWindowMs && !errand.isHeld();

/** One call. Resolves to whether there is something to do at once. */
const send: Step = async (errand, open, ports) => {
	const sentAtMs = ports.now();
	const attempts = open.progress.callsSent + 1;
	// Kept as possibly done before it is sent: from here on, every stop leads to a look.
	const progress = {
		...open.progress,
		callsSent: attempts,
		lastSentAtMs: sentAtMs,
		readBackFirst: true,
		mayHaveTakenEffect: true,
	};
	const sent = errand.shown(withEvent(open.deletion, sentAtMs, "sent", { attempt: attempts }), "under_way", null);
	errand.keep(sent, progress, sentAtMs + lookAfterMs);

	const reply = await errand.call();
	const answer = reply.ok ? reply.value : reply.failure.answer;
	const deletion =
		answer === null ? sent : errand.shown(told(sent, answer, ports.now()), "under_way", { ...answer, attempts });
	if (!reply.ok) return afterFault(errand, reply.failure, { deletion, progress }, open, ports);
	errand.succeed(deletion, "us");
	return false;
};

/** @param before how it stood before this call: whether an earlier one may have taken effect, this answer does not say. */
async function afterFault(
	errand: Errand,
	fault: CloudflareFault,
	now: Standing,
	before: Standing,
	ports: Ports,
): Promise<boolean> {
	const nowMs = ports.now();
	const earlierMayHave = before.progress.mayHaveTakenEffect;
	// Held back by ourselves, it never left: then it stands as before.
	const standing = fault.kind === "throttled" && fault.answer === null ? before : now;
	const goOn = (state: "under_way" | "unknown", change: Partial<Progress>): true => {
		errand.keep(errand.shown(standing.deletion, state, null), { ...standing.progress, ...change }, nowMs + lookAfterMs);
		return true;
	};
	if (fault.kind === "unclear") return goOn("unknown", {});
	// A no can mean "that is so already", and its status and code have several meanings: what is so, a look tells.
	if (fault.kind === "refused" || fault.kind === "not_found") {
		return goOn("under_way", { mayHaveTakenEffect: earlierMayHave, answeredNo: true, callsSent: callsAtMost });
	}

	const waitMs = fault.kind === "throttled" ? fault.retryAfterMs : 0;
	if (fault.kind === "throttled" && maySend(standing.progress, nowMs + waitMs, errand)) {
		if (fault.answer === null) errand.keep(before.deletion, before.progress, nowMs + waitMs + lookAfterMs);
		// It was clearly not carried out; it is looked at all the same before the next: one rule, no exception.
		else
			errand.keep(now.deletion, { ...now.progress, mayHaveTakenEffect: earlierMayHave }, nowMs + waitMs + lookAfterMs);
		await ports.sleep(waitMs);
		return true;
	}
	// Where an earlier call may still land, this is not the last word: nothing more is sent, but looked at.
	if (earlierMayHave) return goOn("unknown", { callsSent: callsAtMost, readBackFirst: true });
	if (fault.kind !== "throttled") errand.fail(now.deletion, "credential_rejected");
	else if (fault.answer === null) errand.fail(before.deletion, "held_back", waitMs);
	else errand.fail(now.deletion, "throttled", waitMs);
	return false;
}

const lookAgain: Step = async (errand, { deletion, progress }, ports) => {
	const sight = await errand.look();
	const nowMs = ports.now();
	if (sight === "unreadable") {
		const pauseMs = Math.min(1000 * 2 ** progress.readBacks, longestReadBackPauseMs);
		const story =
			progress.readBacks === 0 ? withEvent(deletion, nowMs, "read_back", { found: "nothing readable" }) : deletion;
		errand.keep(
			errand.shown(story, "unknown", null),
			{ ...progress, readBacks: progress.readBacks + 1 },
			nowMs + pauseMs,
		);
		return false;
	}
	const story = withEvent(deletion, nowMs, "read_back", { found: errand.sights[sight] });
	if (sight === "done") errand.succeed(story, progress.mayHaveTakenEffect ? "us" : "others");
	else if (sight === "in_the_way") errand.fail(story, sight);
	else if (progress.answeredNo && !progress.mayHaveTakenEffect) errand.fail(story, "refused");
	else if (maySend(progress, nowMs, errand)) return send(errand, { deletion: story, progress }, ports);
	else if (!progress.mayHaveTakenEffect && errand.isHeld()) errand.fail(story, "held", retryHeldMs);
	else if (!progress.mayHaveTakenEffect) errand.fail(story, "throttled", retrySoonMs);
	else if (nowMs < progress.lastSentAtMs + landingMs) {
		errand.keep(errand.shown(story, "unknown", null), progress, progress.lastSentAtMs + landingMs);
	} else errand.fail(story, progress.answeredNo ? "refused" : "no_clear_answer");
	return false;
};

const giveUp: Step = async (errand, { deletion }) => {
	if (errand.isHeld()) errand.fail(deletion, "held", retryHeldMs);
	else errand.fail(deletion, "not_sent", retrySoonMs);
	return false;
};

const told = (deletion: Deletion, answer: CloudflareAnswer, nowMs: number): Deletion =>
	answer.status === null
		? withEvent(deletion, nowMs, "not_answered", { why: answer.unreadable ?? "" })
		: withEvent(deletion, nowMs, "answered", { status: answer.status, ray: answer.ray });
