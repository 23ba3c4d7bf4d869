// The second half of a deletion: DELETE → look → record the outcome.

import { isCloudflareId } from "../address/cloudflare-id.ts";
import { sentenceOf } from "../judgement/guards.ts";
import { credentialRejected } from "../lookup/look-up.ts";
import { checkGone } from "../lookup/presence.ts";
import type { Ports } from "../ports.ts";
import { type Failure, settle } from "../record/deletion.ts";
import { fail, ok } from "../result.ts";
import { carefully, notCalled } from "./careful.ts";
import type { CarefulFailure } from "./careful-rules.ts";

/** Carries out an admitted deletion from wherever it stopped; can be called any number of times. */
export function sendDeletion(id: string, ports: Ports): Promise<void> {
	const { journal, cloudflare, now } = ports;
	const open = () => {
		const present = journal.open(id);
		return present?.deletion.state === "deleting" || present?.deletion.state === "unknown" ? present : null;
	};
	return carefully<null>(
		{
			open,
			isForbidden: () => journal.freeze() !== null,
			async call() {
				const binding = open()?.deletion.binding;
				// Checked again, because a path is built only from checked ids.
				if (!binding || !isCloudflareId(binding.prefix_id) || !isCloudflareId(binding.id)) return fail(notCalled);
				const reply = await cloudflare.deleteBinding(binding.prefix_id, binding.id);
				return reply.ok ? ok({ answer: reply.value, seen: null }) : reply;
			},
			isAlready: ({ kind }) => kind === "not_found",
			async look() {
				const { deletion = null, progress = null } = open() ?? {};
				const seen = await checkGone(deletion?.binding ?? null, progress?.judgedAtMs ?? 0, ports);
				return { sight: sightOf[seen], seen: null };
			},
			sights: { done: "gone", not_done: "still there", in_the_way: "still there", nothing: "nothing conclusive" },
			shown: (deletion, state, answer) => ({
				...deletion,
				state: state === "unknown" ? "unknown" : "deleting",
				cloudflare: answer ?? deletion.cloudflare,
			}),
			keep(deletion, progress, dueAtMs) {
				const present = journal.open(id);
				if (present !== null) journal.storeOpen({ ...present, deletion, progress }, dueAtMs);
			},
			succeed: (deletion, by) =>
				journal.storeSettled(settle(deletion, now(), by === "us" ? "deleted" : "already_gone")),
			fail(deletion, why, retryAfterMs) {
				const retry = retryAfterMs === null ? {} : { retry_after_seconds: Math.ceil(retryAfterMs / 1000) };
				journal.storeSettled(settle(deletion, now(), "failed", { ...failures[why], ...retry }));
			},
		},
		ports,
	);
}

const sightOf = { gone: "done", there: "not_done", unclear: "nothing" } as const;

const failures: Record<CarefulFailure, Failure> = {
	no_calls_left: { code: "cloudflare_unavailable", detail: "Cloudflare's rate limit is used up. Nothing was sent." },
	throttled: {
		code: "cloudflare_refused",
		detail: "Cloudflare's rate limit refused the deletion. The binding is still there.",
	},
	refused: { code: "cloudflare_refused", detail: "Cloudflare refused the deletion. The binding is still there." },
	credential_rejected: { code: "credential_rejected", detail: credentialRejected },
	in_the_way: { code: "cloudflare_refused", detail: "Cloudflare refused the deletion. The binding is still there." },
	never_took_effect: {
		code: "cloudflare_refused",
		detail: "Cloudflare gave no clear answer to the deletion, and two minutes later the binding is still there.",
	},
	forbidden: { code: "frozen", detail: sentenceOf("frozen") },
	not_sent: {
		code: "cloudflare_unavailable",
		detail: "unbind could not send the DELETE within a minute of its checks. Nothing was sent.",
	},
};
