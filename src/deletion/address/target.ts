// What a caller may name: one binding, by its full CIDR, its id, or an alias from the configuration. A name never matches
// more than that: no wildcards, no filters, no nearest match.

import { longestNamed } from "../limits.ts";
import { fail, ok, type Result } from "../result.ts";
import { type Cidr, parseCidr } from "./cidr.ts";
import { type CloudflareId, isCloudflareId } from "./cloudflare-id.ts";

export type Target =
	| { kind: "cidr"; named: string; cidr: Cidr }
	/** `prefixId` is set only if the request's path names it. */
	| { kind: "id"; named: string; bindingId: CloudflareId; prefixId: CloudflareId | null };

type TargetFailure =
	| { reason: "bare_address" | "host_bits"; named: string; hint: string }
	| { reason: "not_a_target"; named: string };

/**
 * Parses a target. `named` in the result is the canonical CIDR, the id, or the alias as written.
 * @param aliases name → CIDR or binding id, already checked by the configuration.
 */
export function parseTarget(text: string, aliases: ReadonlyMap<string, string>): Result<Target, TargetFailure> {
	if (text.length > longestNamed) return fail({ reason: "not_a_target", named: `${text.slice(0, longestNamed)}…` });
	const behindAlias = aliases.get(text);
	const meant = behindAlias ?? text;
	if (isCloudflareId(meant)) return ok({ kind: "id", named: text, bindingId: meant, prefixId: null });

	const cidr = parseCidr(meant);
	if (cidr.ok) return ok({ kind: "cidr", named: behindAlias === undefined ? cidr.value.text : text, cidr: cidr.value });
	return fail(
		cidr.failure.reason === "not_a_cidr" ? { reason: "not_a_target", named: text } : { ...cidr.failure, named: text },
	);
}

/** What our records know the target by. */
export const namedBy = (target: Target): { bindingId: string } | { cidr: string } =>
	target.kind === "id" ? { bindingId: target.bindingId } : { cidr: target.cidr.text };
