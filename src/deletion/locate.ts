// A look-up with its failures told as callers are told them: what there is instead, what was there before, or what
// Cloudflare said. The plan and the deletion share it, so that both give the same answer.
import type { Cidr } from "./cidr.ts";
import { type CloudflareAnswer, type Deletion, type Failure, settle } from "./deletion.ts";
import type { Directory } from "./directory.ts";
import { type FindFailure, type Found, find, searchablePrefixes } from "./find.ts";
import type { CloudflareFault, LastDeletionQuery, Ports } from "./ports.ts";
import { fail, type Result } from "./result.ts";
import { type Sees, seesAll } from "./shown-to.ts";
import type { Target } from "./target.ts";

/** The request names nothing that could be deleted, and asking again will not help. */
export interface UnfitTarget {
	code: "invalid_target";
	detail: string;
	/** Bindings that the named range covers. */
	bindings?: string[];
}

export type LookUpFailure =
	| UnfitTarget
	| (Failure & { code: "binding_not_found" })
	| (Failure & { code: "out_of_range" })
	| (Failure & { code: CloudflareFailureCode; answer: CloudflareAnswer | null });

type CloudflareFailureCode = "cloudflare_refused" | "credential_rejected" | "cloudflare_unavailable";

/**
 * @param ranges where the caller may delete; null is everywhere.
 * @param sees what the caller may be told of other bindings and of earlier deletions.
 */
export async function locate(
	target: Target,
	ports: Ports,
	directory: Directory,
	ranges: readonly Cidr[] | null,
	sees: Sees = seesAll,
): Promise<Result<Found, LookUpFailure>> {
	const home = await homeOf(target, ports, directory);
	const found = await find(target, ports, directory, { ranges, home });
	if (found.ok) return found;
	const { failure } = found;
	switch (failure.reason) {
		case "no_binding":
			return fail(await notFound(target, failure, ports, sees));
		case "too_many_prefixes":
			return fail({
				code: "invalid_target",
				detail: `This account has ${failure.count} prefixes; a binding id is looked for in up to ${searchablePrefixes}. Name the binding by its CIDR.`,
			});
		case "cloudflare":
			return fail(lookUpFault(failure.fault));
	}
}

/** The prefix of a binding id by our records: it saves a call for each prefix of the account. */
async function homeOf(target: Target, ports: Ports, directory: Directory): Promise<string | null> {
	if (target.kind === "cidr" || target.prefixId !== null || directory.prefixFor(target) !== null) return null;
	const { bindingId } = target;
	return ports.journal.prefixOf(bindingId) ?? (await ports.recollection.lastDeletion({ bindingId }))?.prefix_id ?? null;
}

/**
 * "Deleted yesterday by ci" beats everything else that could be said of a missing binding; next comes what the caller
 * may have meant.
 */
async function notFound(
	target: Target,
	{ prefixId, ...beside }: FindFailure & { reason: "no_binding" },
	ports: Ports,
	sees: Sees,
): Promise<LookUpFailure> {
	const query: LastDeletionQuery =
		target.kind === "id"
			? { bindingId: target.bindingId }
			: { cidr: target.cidr.text, ...(prefixId === null ? {} : { prefixId }) };
	const newest = await ports.recollection.lastDeletion(query);
	const last = newest !== null && sees.record(newest) ? newest : null;
	const [inside, around] = [beside.inside.filter(sees.cidr), beside.around.filter(sees.cidr)];
	if (last === null && inside.length > 0) {
		return {
			code: "invalid_target",
			detail: `${target.named} is no binding, it covers some. One request deletes one binding: name one of ${listed(inside)}.`,
			bindings: inside,
		};
	}
	const covered = around.length > 0 ? ` ${listed(around)} covers it.` : "";
	const before = last === null ? covered : ` It was deleted by ${last.actor}, ${last.settled_at ?? last.created_at}.`;
	return {
		code: "binding_not_found",
		detail: `There is no binding ${target.named}.${before}`,
		...(last === null ? {} : { last_deletion: last }),
	};
}

/** Nothing has been sent when a look-up fails, so all but a clear refusal is worth asking again. */
export function lookUpFault(fault: CloudflareFault): LookUpFailure {
	switch (fault.kind) {
		case "credential_rejected":
			return { code: fault.kind, detail: credentialRejected, answer: fault.answer };
		case "refused":
		case "not_found":
			return {
				code: "cloudflare_refused",
				detail: "Cloudflare refused the look-up; nothing was changed.",
				answer: fault.answer,
			};
		case "throttled": {
			const retryAfterSeconds = Math.ceil(fault.retryAfterMs / 1000);
			const left = fault.answer === null ? "used up, or nearly" : "used up";
			const detail = `Cloudflare's rate limit is ${left}; nothing was sent.`;
			return { code: "cloudflare_unavailable", detail, retry_after_seconds: retryAfterSeconds, answer: fault.answer };
		}
		case "unclear": {
			const detail = "Cloudflare's API gave no usable answer to the look-up; nothing was sent.";
			return { code: "cloudflare_unavailable", detail, retry_after_seconds: 5, answer: fault.answer };
		}
	}
}

/** The record of a deletion whose look-up failed, with what Cloudflare said. */
export function failedLookUp(deletion: Deletion, failure: LookUpFailure, nowMs: number): Deletion {
	if (failure.code === "invalid_target") return settle(deletion, nowMs, "refused", failure);
	const { answer = null, ...told } = { answer: null, ...failure };
	const cloudflare = answer === null ? null : { ...answer, attempts: 0 };
	return settle({ ...deletion, cloudflare }, nowMs, "failed", told);
}

export const credentialRejected =
	"Cloudflare rejected unbind's own credential, not yours. Its operator has to check the Worker's secret and its permission (IP Prefixes: Edit).";

const listed = (cidrs: readonly string[]): string =>
	cidrs.slice(0, 10).join(", ") + (cidrs.length > 10 ? `, and ${cidrs.length - 10} more` : "");
