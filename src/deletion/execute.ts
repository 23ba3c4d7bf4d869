// The second half of a deletion: DELETE → read back → record the outcome.

import { carefully, type ErrandFailure, noAnswer, type Sight } from "./careful.ts";
import { isCloudflareId, sameId } from "./cloudflare-id.ts";
import { type Deletion, settle } from "./deletion.ts";
import { sentenceOf } from "./guards.ts";
import { credentialRejected } from "./locate.ts";
import type { Ports } from "./ports.ts";
import { fail } from "./result.ts";

/** Carries an admitted deletion out, from wherever it was stopped; can be called any number of times. */
export function carryOut(id: string, ports: Ports): Promise<void> {
	const { journal, cloudflare, now } = ports;
	const open = () => {
		const present = journal.open(id);
		return present?.deletion.state === "deleting" || present?.deletion.state === "unknown" ? present : null;
	};
	return carefully(
		{
			open,
			isHeld: () => journal.freeze() !== null,
			call: async () => {
				const binding = open()?.deletion.binding;
				// A record's ids were checked when they were found; a path is built from nothing else.
				if (!binding || !isCloudflareId(binding.prefix_id) || !isCloudflareId(binding.id)) return fail(notCalled);
				return cloudflare.deleteBinding(binding.prefix_id, binding.id);
			},
			sights: { done: "gone", not_done: "standing", in_the_way: "standing" },
			look: () => isGone(open()?.deletion.binding ?? null, ports),
			shown: (deletion, state, answer) => ({
				...deletion,
				state: state === "unknown" ? "unknown" : "deleting",
				cloudflare: answer ?? deletion.cloudflare,
			}),
			keep(deletion, progress, dueAtMs) {
				const present = journal.open(id);
				if (present !== null) journal.keepOpen({ ...present, deletion, progress }, dueAtMs);
			},
			succeed: (deletion, by) => journal.keepSettled(settle(deletion, now(), by === "us" ? "deleted" : "already_gone")),
			fail(deletion, why, retryAfterMs) {
				const retry = retryAfterMs === undefined ? {} : { retry_after_seconds: Math.ceil(retryAfterMs / 1000) };
				journal.keepSettled(settle(deletion, now(), "failed", { ...failures[why], ...retry }));
			},
		},
		ports,
	);
}

const notCalled = { kind: "refused" as const, answer: noAnswer };

const failures: Record<ErrandFailure, NonNullable<Deletion["failure"]>> = {
	held_back: { code: "cloudflare_unavailable", detail: "Cloudflare's rate limit is used up; nothing was sent." },
	throttled: {
		code: "cloudflare_refused",
		detail: "Cloudflare's rate limit refused the deletion; the binding stands.",
	},
	refused: { code: "cloudflare_refused", detail: "Cloudflare refused the deletion; the binding stands." },
	credential_rejected: { code: "credential_rejected", detail: credentialRejected },
	in_the_way: { code: "cloudflare_refused", detail: "Cloudflare refused the deletion; the binding stands." },
	no_clear_answer: {
		code: "cloudflare_refused",
		detail: "Cloudflare gave no clear answer to the deletion, and the binding stands.",
	},
	held: { code: "frozen", detail: sentenceOf("frozen") },
	not_sent: {
		code: "cloudflare_unavailable",
		detail: "It could not be sent within a minute of being judged; nothing was sent.",
	},
};

/** Whether the binding is gone: the deletion is done, by whomever. */
export async function isGone(binding: Deletion["binding"], { cloudflare }: Ports): Promise<Sight> {
	if (binding === null || !isCloudflareId(binding.prefix_id)) return "unreadable";
	const bindings = await cloudflare.listBindings(binding.prefix_id, { fresh: true });
	if (bindings.ok) return bindings.value.items.some((item) => sameId(item.id, binding.id)) ? "not_done" : "done";
	if (bindings.failure.kind !== "not_found" && bindings.failure.kind !== "refused") return "unreadable";
	// The prefix is not known, perhaps: if it is gone, so is its binding.
	const prefixes = await cloudflare.listPrefixes({ fresh: true });
	return prefixes.ok && !prefixes.value.items.some((item) => sameId(item.id, binding.prefix_id))
		? "done"
		: "unreadable";
}
