// A step's request for a deletion through the API or the Cloudflare-compatible API, with the binding named in one of
// the possible ways.
import { accountId } from "../../../sandbox/imitation/account.ts";
import type { Step } from "../schedule.ts";

export interface Asking {
	path: string;
	init: { method: string; headers: Record<string, string>; body?: string };
	/** The CIDR or binding id it names. */
	target: string;
}

export const asJson = { "content-type": "application/json" };

/**
 * @param bindingId what is bound in the step's slot now
 * @param notBefore when it is to be carried out, if later
 */
export function apiRequest(
	step: Step,
	bindingId: string | null,
	ifMatch: string | null,
	notBefore: string | null,
): Asking {
	const { slot, name, dryRun } = step;
	const headers: Record<string, string> = { "idempotency-key": name, prefer: "wait=20" };
	if (ifMatch !== null) headers["if-match"] = ifMatch;
	const acknowledge = ["leaves_no_service", "still_provisioning"];
	const query = new URLSearchParams({ reason: name });
	for (const risk of acknowledge) query.append("acknowledge", risk);
	if (notBefore !== null) query.set("not_before", notBefore);
	if (step.named === "in_body" || dryRun) {
		const later = notBefore === null ? {} : { not_before: notBefore };
		const body = JSON.stringify({
			target: slot.cidr,
			reason: name,
			acknowledge,
			...later,
			...(dryRun && { dry_run: true }),
		});
		return {
			path: "/deletions",
			init: { method: "POST", headers: { ...headers, ...asJson }, body },
			target: slot.cidr,
		};
	}
	// Cloudflare's API has no answer for a deletion that waits for an approval or its time.
	if (step.named === "by_id" && bindingId !== null && !slot.alone && notBefore === null) {
		const path = `/client/v4/accounts/${accountId}/addressing/prefixes/${slot.prefixId}/bindings/${bindingId}`;
		return { path: `${path}?${query}`, init: { method: "DELETE", headers }, target: bindingId };
	}
	return { path: `/bindings/${slot.cidr}?${query}`, init: { method: "DELETE", headers }, target: slot.cidr };
}

/** An ETag of the same form that matches nothing. */
export const anotherEtag = (etag: string): string =>
	etag.replaceAll(/[0-9a-f]/g, (digit) => ((Number.parseInt(digit, 16) + 1) % 16).toString(16));
