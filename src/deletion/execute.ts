// The second half of a deletion: DELETE → read back → record the outcome. It begins wherever the journal says that the
// first stop was, and can be called any number of times.
import { isCloudflareId, sameId } from "./cloudflare-id.ts";
import { type CloudflareAnswer, type Deletion, settle, withEvent } from "./deletion.ts";
import { credentialRejected } from "./locate.ts";
import type { CloudflareFault, OpenDeletion, Ports, Progress } from "./ports.ts";

/** The alarm looks after a deletion that nobody has finished by then: a call's time-out, and some. */
export const lookAfterMs = 15_000;
/** How long after the guards' verdicts a DELETE may still be sent: later, the world may be another one. */
export const sendWindowMs = 60_000;
export const deletesAtMost = 3;
/** A DELETE that was cut off can still land; a binding that stands this long after it was not deleted by it. */
export const landingMs = 60_000;
const longestReadBackPauseMs = 300_000;

export const notYetSent = (guardedAtMs: number): Progress => ({
	guardedAtMs,
	deletesSent: 0,
	lastSentAtMs: 0,
	readBackFirst: false,
	mayHaveTakenEffect: false,
	answeredGone: false,
	readBacks: 0,
});

type Step = "send" | "read_back" | "give_up";

/**
 * What stands if everything stops here?
 * - Before `keepOpen` in `send`: the intent. The alarm sends the DELETE, or gives up when the window has closed.
 * - After it, before the answer is kept: an intent that says a DELETE may have left. Nobody sends a second one on that
 *   ground: the alarm reads back. If the binding is gone, the DELETE did it; if it stands, it did not (yet).
 * - After the answer is kept: a settled record, which the outbox takes to KV; or an unclear one, which is read back.
 *
 * A second DELETE is sent only after a read-back has shown that the binding still stands, at most three in all, and
 * only within a minute of the guards' verdicts: nobody wants a deletion that was asked for this morning to happen this
 * afternoon because Cloudflare's API is back. Binding ids are never used twice, so repeating a DELETE can hit nothing
 * but the binding that was named; not even one that was restored meanwhile.
 */
export async function carryOut(id: string, ports: Ports): Promise<void> {
	for (let open = ports.journal.open(id); open !== null; open = ports.journal.open(id)) {
		const step = nextStep(open.progress, ports.now());
		const goOn =
			step === "give_up" ? giveUp(open, ports) : await (step === "send" ? send(open, ports) : readBack(open, ports));
		if (!goOn) return;
	}
}

function nextStep(progress: Progress, nowMs: number): Step {
	if (progress.readBackFirst) return "read_back";
	return maySend(progress, nowMs) ? "send" : "give_up";
}

const maySend = (progress: Progress, nowMs: number): boolean =>
	progress.deletesSent < deletesAtMost && nowMs - progress.guardedAtMs < sendWindowMs;

/** One DELETE. Resolves to whether there is something to do at once. */
async function send(open: OpenDeletion, ports: Ports): Promise<boolean> {
	const { binding } = open.deletion;
	if (binding === null || !isCloudflareId(binding.prefix_id) || !isCloudflareId(binding.id)) return giveUp(open, ports);

	const sentAtMs = ports.now();
	const attempt = open.progress.deletesSent + 1;
	// Kept as possibly done before it is sent: from here on, every stop leads to a read-back.
	const progress = {
		...open.progress,
		deletesSent: attempt,
		lastSentAtMs: sentAtMs,
		readBackFirst: true,
		mayHaveTakenEffect: true,
	};
	const sent: Deletion = { ...withEvent(open.deletion, sentAtMs, "sent", { attempt }), state: "deleting" };
	ports.journal.keepOpen({ deletion: sent, progress }, sentAtMs + lookAfterMs);

	const reply = await ports.cloudflare.deleteBinding(binding.prefix_id, binding.id);
	const answer = reply.ok ? reply.value : reply.failure.answer;
	const deletion = answer === null ? sent : answered(sent, ports.now(), answer, attempt);
	if (reply.ok) return done(settle(deletion, ports.now(), "deleted"), ports);
	return afterFault(reply.failure, { deletion, progress }, open.progress.mayHaveTakenEffect, ports);
}

/** @param earlierMayHave whether an earlier DELETE may have taken effect: this one's answer does not speak for it. */
function afterFault(
	fault: CloudflareFault,
	{ deletion, progress }: OpenDeletion,
	earlierMayHave: boolean,
	ports: Ports,
): Promise<boolean> | boolean {
	const nowMs = ports.now();
	const goOn = (state: "deleting" | "unknown", change: Partial<Progress>, dueInMs = lookAfterMs): true => {
		ports.journal.keepOpen({ deletion: { ...deletion, state }, progress: { ...progress, ...change } }, nowMs + dueInMs);
		return true;
	};
	const concluded = (code: "cloudflare_refused" | "credential_rejected", detail: string): boolean =>
		earlierMayHave
			? goOn("unknown", { deletesSent: deletesAtMost })
			: done(settle(deletion, nowMs, "failed", { code, detail }), ports);

	switch (fault.kind) {
		case "unclear":
			return goOn("unknown", {});
		case "not_found":
			return goOn("deleting", { mayHaveTakenEffect: earlierMayHave, answeredGone: true });
		case "credential_rejected":
			return concluded("credential_rejected", credentialRejected);
		case "refused":
			return concluded("cloudflare_refused", "Cloudflare refused the deletion; the binding stands.");
		case "throttled": {
			const waitMs = fault.retryAfterMs;
			if (!maySend(progress, nowMs + waitMs)) {
				const seconds = Math.ceil(waitMs / 1000);
				return concluded(
					"cloudflare_refused",
					`Cloudflare's rate limit refused the deletion; the binding stands. Ask again in ${seconds} s.`,
				);
			}
			// The DELETE was clearly not carried out; it is read back all the same before the next: one rule, no exception.
			goOn("deleting", { mayHaveTakenEffect: earlierMayHave }, waitMs + lookAfterMs);
			return ports.sleep(waitMs).then(() => true);
		}
	}
}

/** Whether the binding still stands, and what follows from it. Resolves to whether there is something to do at once. */
async function readBack(open: OpenDeletion, ports: Ports): Promise<boolean> {
	const { deletion, progress } = open;
	const standing = await isStanding(deletion, ports);
	const nowMs = ports.now();

	if (standing === null) {
		const pauseMs = Math.min(1000 * 2 ** progress.readBacks, longestReadBackPauseMs);
		const story =
			progress.readBacks === 0 ? withEvent(deletion, nowMs, "read_back", { found: "nothing readable" }) : deletion;
		const readBacks = progress.readBacks + 1;
		ports.journal.keepOpen(
			{ deletion: { ...story, state: "unknown" }, progress: { ...progress, readBacks } },
			nowMs + pauseMs,
		);
		return false;
	}
	const story = withEvent(deletion, nowMs, "read_back", { found: standing ? "standing" : "gone" });
	if (!standing) return done(settle(story, nowMs, progress.mayHaveTakenEffect ? "deleted" : "already_gone"), ports);
	const refused = (detail: string) =>
		done(settle(story, nowMs, "failed", { code: "cloudflare_refused", detail }), ports);
	if (progress.answeredGone && !progress.mayHaveTakenEffect) {
		return refused("Cloudflare answered that there is no such binding, and lists it.");
	}
	if (maySend(progress, nowMs)) return send({ deletion: story, progress }, ports);
	const landedByMs = progress.lastSentAtMs + landingMs;
	if (nowMs < landedByMs) {
		ports.journal.keepOpen({ deletion: { ...story, state: "unknown" }, progress }, landedByMs);
		return false;
	}
	return refused("Cloudflare gave no clear answer to the deletion, and the binding stands.");
}

/** null: cannot be told now. */
async function isStanding({ binding }: Deletion, { cloudflare }: Ports): Promise<boolean | null> {
	if (binding === null || !isCloudflareId(binding.prefix_id)) return null;
	const bindings = await cloudflare.listBindings(binding.prefix_id, { fresh: true });
	if (bindings.ok) return bindings.value.items.some((item) => sameId(item.id, binding.id));
	if (bindings.failure.kind !== "not_found") return null;
	// The prefix is not known: if it is gone, so is its binding.
	const prefixes = await cloudflare.listPrefixes({ fresh: true });
	return prefixes.ok && !prefixes.value.items.some((item) => sameId(item.id, binding.prefix_id)) ? false : null;
}

const answered = (deletion: Deletion, nowMs: number, answer: CloudflareAnswer, attempts: number): Deletion => {
	const detail = answer.status === null ? { why: answer.unreadable ?? "" } : { status: answer.status, ray: answer.ray };
	return {
		...withEvent(deletion, nowMs, answer.status === null ? "not_answered" : "answered", detail),
		cloudflare: { ...answer, attempts },
	};
};

function giveUp({ deletion }: OpenDeletion, ports: Ports): boolean {
	const detail = "It could not be sent within a minute of being guarded; nothing was sent.";
	return done(settle(deletion, ports.now(), "failed", { code: "cloudflare_unavailable", detail }), ports);
}

function done(deletion: Deletion, ports: Ports): boolean {
	ports.journal.keepSettled(deletion);
	return false;
}
