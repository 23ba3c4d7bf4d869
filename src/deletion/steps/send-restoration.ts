// The second half of a restoration: POST → look → record the outcome. A freeze does not stop it: restoring is exactly
// what you want to do during a freeze.
import { isCloudflareId } from "../address/cloudflare-id.ts";
import { credentialRejected } from "../lookup/look-up.ts";
import { boundAt } from "../lookup/presence.ts";
import type { CloudflareFault, Ports } from "../ports.ts";
import type { Deletion, Restoration } from "../record/deletion.ts";
import { amended, type BoundBinding, restorationFailed, restored, restoredBefore } from "../record/restoration.ts";
import { fail, ok } from "../result.ts";
import { carefully, notCalled } from "./careful.ts";
import type { CarefulFailure } from "./careful-rules.ts";

/**
 * Carries out a restoration from wherever it stopped; can be called any number of times.
 *
 * Its new binding can be deleted again before unbind knows it exists. That later request wins: if the CIDR is empty after
 * such a deletion, the restoration did succeed, and nothing is created there again.
 */
export function sendRestoration(id: string, ports: Ports): Promise<void> {
	const { journal, cloudflare, now } = ports;
	const bindingOf = () => journal.restoring(id)?.deletion.binding ?? null;
	const overtaken = (): Deletion | null => {
		const { binding, restoration } = journal.restoring(id)?.deletion ?? { binding: null, restoration: null };
		if (binding === null || restoration === null) return null;
		return journal.overtaking(id, binding.cidr, Date.parse(restoration.requested_at));
	};
	return carefully<BoundBinding>(
		{
			open: () => journal.restoring(id),
			isForbidden: () => overtaken() !== null,
			async call() {
				const binding = bindingOf();
				if (!binding?.service_id || !isCloudflareId(binding.prefix_id)) return fail(notCalled);
				const wanted = { cidr: binding.cidr, serviceId: binding.service_id };
				const reply = await cloudflare.createBinding(binding.prefix_id, wanted);
				return reply.ok ? ok({ answer: reply.value.answer, seen: reply.value.binding }) : reply;
			},
			isAlready,
			async look() {
				const { deletion = null } = journal.restoring(id) ?? {};
				const binding = deletion?.binding ?? null;
				const bound = deletion && binding ? await boundAt(binding, ports, restoredBefore(deletion)) : null;
				if (!bound?.ok) return { sight: "nothing", seen: null };
				if (bound.value !== null) {
					const isOurs = bound.value.serviceId === binding?.service_id;
					return { sight: isOurs ? "done" : "in_the_way", seen: bound.value };
				}
				const gone = overtaken()?.binding;
				if (!gone) return { sight: "not_done", seen: null };
				return { sight: "done", seen: { id: gone.id, provisioningState: gone.provisioning?.state ?? null } };
			},
			sights: {
				done: "bound",
				not_done: "not bound",
				in_the_way: "bound to another service",
				nothing: "nothing conclusive",
			},
			shown: (deletion, state, answer) =>
				amended(deletion, { state: state === "unknown" ? "unknown" : "restoring" }, answer),
			keep: (deletion, progress, dueAtMs) => journal.storeRestoring({ deletion, progress }, dueAtMs),
			succeed: (deletion, by, seen) => journal.storeSettled(restored(deletion, seen, by, now())),
			fail: (deletion, why) => journal.storeSettled(restorationFailed(deletion, failures[why], now())),
		},
		ports,
	);
}

const alreadyBoundCode = 1108;

/** "conflict: binding already exists for CIDR …" */
const isAlready = ({ kind, answer }: CloudflareFault): boolean =>
	kind === "refused" && (answer.status === 409 || answer.errors.some(({ code }) => code === alreadyBoundCode));

const failures: Record<CarefulFailure, NonNullable<Restoration["failure"]>> = {
	no_calls_left: { code: "cloudflare_unavailable", detail: "Cloudflare's rate limit is used up. Nothing was sent." },
	throttled: { code: "cloudflare_refused", detail: "Cloudflare's rate limit refused the creation. Try again later." },
	refused: { code: "cloudflare_refused", detail: "Cloudflare refused to create the binding." },
	credential_rejected: { code: "credential_rejected", detail: credentialRejected },
	in_the_way: { code: "binding_conflict", detail: "Another service has been bound to this CIDR in the meantime." },
	never_took_effect: {
		code: "cloudflare_refused",
		detail: "Cloudflare gave no clear answer, and two minutes later the binding is not there.",
	},
	not_sent: {
		code: "cloudflare_unavailable",
		detail: "unbind could not send the creation within a minute of its checks. Nothing was sent.",
	},
	forbidden: {
		code: "binding_conflict",
		detail: "A later request deleted the binding at this CIDR. Nothing was sent.",
	},
};
