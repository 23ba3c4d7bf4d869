// A step's request for a deletion, in one of the ways in which a binding can be named.
import { accountId } from "../sandbox/imitation/account.ts";
import type { Step } from "./schedule.ts";

export interface Asking {
	path: string;
	init: { method: string; headers: Record<string, string>; body?: string };
	/** What it names: a CIDR, or a binding id. */
	target: string;
}

export const asJson = { "content-type": "application/json" };

/** @param bindingId what stands in the step's slot now */
export function deletionRequest(step: Step, bindingId: string | null): Asking {
	const { slot, name } = step;
	const headers = { "idempotency-key": name, prefer: "wait=20" };
	const acknowledge = ["leaves_no_service", "still_provisioning"];
	const query = `reason=${name}&${acknowledge.map((risk) => `acknowledge=${risk}`).join("&")}`;
	if (step.named === "in_body") {
		const body = JSON.stringify({ target: slot.cidr, reason: name, acknowledge });
		return {
			path: "/deletions",
			init: { method: "POST", headers: { ...headers, ...asJson }, body },
			target: slot.cidr,
		};
	}
	// Cloudflare's language has no word for what waits for an approval.
	if (step.named === "by_id" && bindingId !== null && !slot.alone) {
		const path = `/client/v4/accounts/${accountId}/addressing/prefixes/${slot.prefixId}/bindings/${bindingId}`;
		return { path: `${path}?${query}`, init: { method: "DELETE", headers }, target: bindingId };
	}
	return { path: `/bindings/${slot.cidr}?${query}`, init: { method: "DELETE", headers }, target: slot.cidr };
}
