// From a target to the one live binding that it names, and to that binding's neighbours in the prefix. Exact or
// nothing: a range that merely overlaps with bindings finds none of them, and the failure says which there are.
import type { Binding, LiveBinding, Prefix } from "./binding.ts";
import { contains } from "./cidr.ts";
import { type CloudflareId, isCloudflareId, sameId } from "./cloudflare-id.ts";
import { type Directory, prefixesAround } from "./directory.ts";
import type { Cloudflare, CloudflareFault } from "./ports.ts";
import { fail, ok, type Result } from "./result.ts";
import type { Target } from "./target.ts";

export interface Found {
	prefixId: CloudflareId;
	binding: LiveBinding;
	/** All bindings of the prefix, the named one too. */
	all: Binding[];
	/** When the list was asked for; what is deleted later may still stand in it. */
	askedAtMs: number;
}

export type FindFailure =
	/** `inside` and `around`: bindings (or prefixes) that the named range covers, or that cover it. */
	| { reason: "no_binding"; prefixId: string | null; inside: string[]; around: string[] }
	| { reason: "too_many_prefixes"; count: number }
	| { reason: "cloudflare"; fault: CloudflareFault };

/**
 * Without a prefix to go by, a binding id has to be looked for prefix by prefix, which costs a call each. Cloudflare
 * allows 1,200 in five minutes; an account larger than this has to name its bindings by CIDR.
 */
export const searchablePrefixes = 200;
const searchedAtOnce = 6;

/**
 * Costs one call when the prefix is known (the door named it, or the directory remembers), two for a CIDR in an
 * unknown one. A miss that rests on a memory, or on a list that was asked for before this call began and is shared
 * with somebody else, is no miss yet: the way is gone once more, afresh.
 */
export async function find(
	target: Target,
	cloudflare: Cloudflare,
	directory: Directory,
	startedAtMs: number,
): Promise<Result<Found, FindFailure>> {
	const named = target.kind === "id" ? target.prefixId : null;
	const remembered = named === null ? directory.prefixFor(target) : null;
	let firm = remembered === null;

	const inPrefix = async (prefixId: CloudflareId, fresh: boolean): Promise<Result<Found, FindFailure>> => {
		const listing = await cloudflare.listBindings(prefixId, { fresh });
		if (!listing.ok)
			return listing.failure.kind === "not_found" ? missing(prefixId, [], target) : unreachable(listing.failure);
		const { items, askedAtMs } = listing.value;
		if (askedAtMs < startedAtMs) firm = false;
		directory.learnBindings(prefixId, items);
		const binding = items.find((item) => names(target, item));
		if (binding === undefined || !isDeletable(binding)) return missing(prefixId, items, target);
		return ok({ prefixId, binding, all: items, askedAtMs });
	};

	const inAccount = async (fresh: boolean): Promise<Result<Found, FindFailure>> => {
		const listing = await cloudflare.listPrefixes({ fresh });
		if (!listing.ok) return unreachable(listing.failure);
		const { items: prefixes, askedAtMs } = listing.value;
		if (askedAtMs < startedAtMs) firm = false;
		directory.learnPrefixes(prefixes);
		const candidates = target.kind === "cidr" ? prefixesAround(prefixes, target) : prefixes;
		if (target.kind === "id" && candidates.length > searchablePrefixes) {
			return fail({ reason: "too_many_prefixes", count: candidates.length });
		}
		let last: Result<Found, FindFailure> = missing(null, prefixes, target);
		for (let start = 0; start < candidates.length; start += searchedAtOnce) {
			const ids = candidates.slice(start, start + searchedAtOnce).map((prefix) => prefix.id);
			const looks = await Promise.all(ids.filter(isCloudflareId).map((id) => inPrefix(id, fresh)));
			const hit =
				looks.find((look) => look.ok) ?? looks.find((look) => !look.ok && look.failure.reason !== "no_binding");
			if (hit !== undefined) return hit;
			last = looks[0] ?? last;
		}
		return last;
	};

	if (named !== null) {
		const quick = await inPrefix(named, false);
		return quick.ok || firm || quick.failure.reason === "cloudflare" ? quick : inPrefix(named, true);
	}
	const quick = await (remembered === null ? inAccount(false) : inPrefix(remembered, false));
	if (quick.ok || firm) return quick;
	// A Cloudflare that does not answer would not answer the longer way either.
	return quick.failure.reason === "cloudflare" ? quick : inAccount(true);
}

const names = (target: Target, binding: Binding): boolean =>
	target.kind === "id" ? sameId(target.bindingId, binding.id) : binding.range?.text === target.cidr.text;

const isDeletable = (binding: Binding): binding is LiveBinding =>
	binding.range !== null && binding.cidr !== null && isCloudflareId(binding.id);

const unreachable = (fault: CloudflareFault) => fail({ reason: "cloudflare" as const, fault });

function missing(
	prefixId: string | null,
	seen: readonly (Binding | Prefix)[],
	target: Target,
): Result<never, FindFailure> {
	const inside: string[] = [];
	const around: string[] = [];
	for (const { range } of seen) {
		if (target.kind !== "cidr" || range === null || range.text === target.cidr.text) continue;
		if (contains(target.cidr, range)) inside.push(range.text);
		if (contains(range, target.cidr)) around.push(range.text);
	}
	return fail({ reason: "no_binding", prefixId, inside, around });
}
