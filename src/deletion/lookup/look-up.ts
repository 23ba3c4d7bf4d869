// A look-up whose failures are worded for the caller: what is there instead, what was there before, or what Cloudflare
// said. The plan and the deletion share it, so both give the same answer.

import type { BgpPrefix } from "../address/bgp-prefix.ts";
import type { Cidr } from "../address/cidr.ts";
import type { CloudflareId } from "../address/cloudflare-id.ts";
import type { Target } from "../address/target.ts";
import { searchablePrefixes } from "../limits.ts";
import type { CloudflareFault, LastDeletionQuery, Ports } from "../ports.ts";
import { type CloudflareAnswer, type Deletion, type Failure, type Summary, settle } from "../record/deletion.ts";
import { fail, ok, type Result } from "../result.ts";
import type { Directory } from "./directory.ts";
import { type FindFailure, type Found, find } from "./find.ts";
import { allVisible, type Visible } from "./visible.ts";

/** The request names nothing that can be deleted. Asking again won't help. */
interface UnfitTarget {
	code: "invalid_target";
	detail: string;
	/** Bindings inside the named range. */
	bindings?: string[];
}

export type LookUpFailure =
	| UnfitTarget
	| (Failure & { code: "binding_not_found" })
	| (Failure & { code: "out_of_range" })
	| (Failure & { code: CloudflareFailureCode; answer: CloudflareAnswer | null });

type CloudflareFailureCode = "cloudflare_refused" | "credential_rejected" | "cloudflare_unavailable";

export interface LookedUp extends Found {
	/** What Cloudflare announces of the prefix; null if that is not known. */
	bgpPrefixes: readonly BgpPrefix[] | null;
}

/**
 * @param ranges where the caller may delete; null means everywhere.
 * @param visible which other bindings and earlier deletions the caller may learn about.
 */
export async function lookUp(
	target: Target,
	ports: Ports,
	directory: Directory,
	ranges: readonly Cidr[] | null,
	visible: Visible = allVisible,
): Promise<Result<LookedUp, LookUpFailure>> {
	const found = await find(target, ports, directory, ranges);
	if (found.ok) return ok({ ...found.value, bgpPrefixes: await announcedNow(found.value.prefixId, ports) });
	const { failure } = found;
	switch (failure.reason) {
		case "no_binding":
			return fail(await notFound(target, failure, ports, visible));
		case "too_many_prefixes":
			return fail({
				code: "invalid_target",
				detail: `This account has ${failure.count} prefixes, too many to search for a binding id (the limit is ${searchablePrefixes}). Name the binding by its CIDR.`,
			});
		case "cloudflare":
			return fail(lookUpFault(failure.fault));
	}
}

/** As the watch saw it, or read now if a guard judges by it. */
async function announcedNow(prefixId: CloudflareId, ports: Ports): Promise<readonly BgpPrefix[] | null> {
	if (ports.policy.levels.advertised === "pass") return ports.announced(prefixId);
	const read = await ports.cloudflare.listBgpPrefixes(prefixId, { sparing: false });
	return read.ok ? read.value : null;
}

/** "Deleted yesterday by ci" says most about a missing binding; next best is what the caller may have meant. */
async function notFound(
	target: Target,
	{ prefixId, ...nearby }: FindFailure & { reason: "no_binding" },
	ports: Ports,
	visible: Visible,
): Promise<LookUpFailure> {
	const query: LastDeletionQuery =
		target.kind === "id"
			? { bindingId: target.bindingId }
			: { cidr: target.cidr.text, ...(prefixId === null ? {} : { prefixId }) };
	const newest = await ports.lastDeletion(query);
	const last = newest !== null && visible.record(newest) ? newest : null;
	const [inside, around] = [nearby.inside.filter(visible.cidr), nearby.around.filter(visible.cidr)];
	if (last === null && inside.length > 0) {
		return {
			code: "invalid_target",
			detail: `There is no binding ${target.named}, but it contains ${listed(inside)}. One request deletes one binding, so name the one you mean.`,
			bindings: inside,
		};
	}
	const covered = around.length > 0 ? ` It lies inside ${listed(around)}.` : "";
	const before = last === null ? covered : ` ${lastWords(last)}`;
	return {
		code: "binding_not_found",
		detail: `There is no binding ${target.named}.${before}`,
		...(last === null ? {} : { last_deletion: last }),
	};
}

function lastWords({ actor, door, settled_at, created_at }: Summary): string {
	const time = settled_at ?? created_at;
	return door === "watch"
		? `It disappeared without unbind. unbind noticed the loss at ${time}.`
		: `It was deleted by ${actor} at ${time}.`;
}

/** A failed look-up has changed nothing, so everything but a clear refusal is worth a retry. */
export function lookUpFault(fault: CloudflareFault): LookUpFailure {
	switch (fault.kind) {
		case "credential_rejected":
			return { code: fault.kind, detail: credentialRejected, answer: fault.answer };
		case "refused":
		case "not_found":
			return {
				code: "cloudflare_refused",
				detail: "Cloudflare refused the look-up. Nothing was changed.",
				answer: fault.answer,
			};
		case "throttled": {
			const retryAfterSeconds = Math.ceil(fault.retryAfterMs / 1000);
			const left = fault.answer === null ? "used up or nearly used up" : "used up";
			const detail = `Cloudflare's rate limit is ${left}. Nothing was changed.`;
			return { code: "cloudflare_unavailable", detail, retry_after_seconds: retryAfterSeconds, answer: fault.answer };
		}
		case "unclear": {
			const detail = "Cloudflare gave no usable answer to the look-up. Nothing was changed.";
			return { code: "cloudflare_unavailable", detail, retry_after_seconds: 5, answer: fault.answer };
		}
	}
}

/** The record of a deletion whose look-up failed, with what Cloudflare said. */
export function failedLookUp(deletion: Deletion, failure: LookUpFailure, nowMs: number): Deletion {
	if (failure.code === "invalid_target") return settle(deletion, nowMs, "refused", failure);
	const { answer = null, ...reported } = { answer: null, ...failure };
	const cloudflare = answer === null ? null : { ...answer, attempts: 0 };
	return settle({ ...deletion, cloudflare }, nowMs, "failed", reported);
}

export const credentialRejected =
	"Cloudflare rejected unbind's own credential, not yours. Ask unbind's operator to check the Worker's secret and its permission (IP Prefixes: Edit).";

function listed(cidrs: readonly string[]): string {
	const named = cidrs.length > 10 ? [...cidrs.slice(0, 10), `${cidrs.length - 10} more`] : cidrs;
	const [last = ""] = named.slice(-1);
	return named.length < 2 ? last : `${named.slice(0, -1).join(", ")} and ${last}`;
}
