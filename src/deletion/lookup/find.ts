// Finds the one live binding that a target names, and its neighbours in the prefix. Exact match only: a range that merely
// overlaps with bindings finds none of them, and the failure says which ones there are.
//
// Cloudflare's lists lag, so our own records come first: a binding that a record says is gone is gone even if a list still shows it, and one
// we created is there even if no list shows it yet.

import type { Binding, LiveBinding, Prefix } from "../address/binding.ts";
import { type Cidr, contains, overlaps } from "../address/cidr.ts";
import { type CloudflareId, isCloudflareId, sameId } from "../address/cloudflare-id.ts";
import { namedBy, type Target } from "../address/target.ts";
import { listedAtOnce, searchablePrefixes } from "../limits.ts";
import type { Cloudflare, CloudflareFault, Ports } from "../ports.ts";
import { fail, ok, type Result } from "../result.ts";
import { type Directory, prefixesAround } from "./directory.ts";
import { isThere } from "./presence.ts";

export interface Found {
	prefixId: CloudflareId;
	binding: LiveBinding;
	/** All bindings of the prefix, including the named one. */
	all: Binding[];
	/** When the list was requested; it may still show what was deleted later. */
	askedAtMs: number;
}

export type FindFailure =
	/** `inside`: bindings (or prefixes) that the named range contains; `around`: those that contain it. */
	| { reason: "no_binding"; prefixId: string | null; inside: string[]; around: string[] }
	| { reason: "too_many_prefixes"; count: number }
	| { reason: "cloudflare"; fault: CloudflareFault };

type Finding = Promise<Result<Found, FindFailure>>;
type CidrTarget = Target & { kind: "cidr" };
type IdTarget = Target & { kind: "id" };

/**
 * Costs one call if the prefix is known (from the door, the directory or our records), two for a CIDR in an unknown prefix.
 * @param ranges where the caller may delete: other prefixes are not searched for an id. null means everywhere.
 */
export const find = (target: Target, ports: Ports, directory: Directory, ranges: readonly Cidr[] | null): Finding =>
	target.kind === "cidr" ? findAt(target, ports, directory) : findById(target, ports, directory, ranges);

async function findAt(target: CidrTarget, ports: Ports, directory: Directory): Finding {
	const search = searchFor(target, ports, directory);
	const account = (fresh: boolean) =>
		search.inPrefixes((prefixes) => prefixesAround(prefixes, target), fresh, ports.cloudflare);
	const remembered = directory.prefixFor(target);
	if (remembered === null) return search.untilFresh(account);
	const quick = await search.inPrefix(remembered, false);
	// Only a hint led there, so a miss proves nothing. If Cloudflare does not answer, a longer search won't help.
	return quick.ok || quick.failure.reason === "cloudflare" ? quick : account(true);
}

async function findById(target: IdTarget, ports: Ports, directory: Directory, ranges: readonly Cidr[] | null): Finding {
	const { bindingId } = target;
	// A binding never moves to another prefix.
	const known = () => target.prefixId ?? directory.prefixFor(target);
	const recorded = known() === null ? await recordedPrefix(bindingId, ports) : null;
	// Meanwhile another look-up may have seen it.
	const home = known() ?? recorded;
	const search = searchFor(target, ports, directory);
	if (home !== null && isCloudflareId(home)) return search.untilFresh((fresh) => search.inPrefix(home, fresh));
	if (directory.isMissing(bindingId, ports.now())) return missing(null, [], target);
	const inRanges = ({ range }: Prefix) => ranges === null || ranges.some((one) => overlaps(one, range));
	// Only a search through many prefixes could use up the rate limit.
	const found = await search.untilFresh((fresh) =>
		search.inPrefixes((prefixes) => prefixes.filter(inRanges), fresh, sparing(ports.cloudflare)),
	);
	const isComplete = ranges === null && !found.ok && found.failure.reason === "no_binding";
	if (isComplete) directory.learnMissing(bindingId, ports.now());
	return found;
}

/** Saves one call per prefix of the account. */
const recordedPrefix = async (bindingId: string, { journal, lastDeletion }: Ports): Promise<string | null> =>
	journal.prefixOf(bindingId) ?? (await lastDeletion({ bindingId }))?.prefix_id ?? null;

interface Search {
	/** A miss does not count if it rests on a shared list requested before the search began: then it looks again. */
	untilFresh(look: (fresh: boolean) => Finding): Finding;
	inPrefix(prefixId: CloudflareId, fresh: boolean, cloudflare?: Cloudflare): Finding;
	/** Lists the account's prefixes, and searches those that `choose` picks. */
	inPrefixes(
		choose: (prefixes: readonly Prefix[]) => readonly Prefix[],
		fresh: boolean,
		cloudflare: Cloudflare,
	): Finding;
}

function searchFor(target: Target, ports: Ports, directory: Directory): Search {
	const startedAtMs = ports.now();
	let isFresh = true;
	const search: Search = {
		async untilFresh(look) {
			const quick = await look(false);
			return quick.ok || quick.failure.reason !== "no_binding" || isFresh ? quick : look(true);
		},
		async inPrefix(prefixId, fresh, cloudflare = ports.cloudflare) {
			const listing = await cloudflare.listBindings(prefixId, { fresh });
			if (!listing.ok)
				return listing.failure.kind === "not_found" ? missing(prefixId, [], target) : unreachable(listing.failure);
			const { items, askedAtMs } = listing.value;
			if (askedAtMs < startedAtMs) isFresh = false;
			directory.learnBindings(prefixId, items);
			return among(items, prefixId, askedAtMs, target, ports);
		},
		async inPrefixes(choose, fresh, cloudflare) {
			const listing = await cloudflare.listPrefixes({ fresh });
			if (!listing.ok) return unreachable(listing.failure);
			const { items: prefixes, askedAtMs } = listing.value;
			if (askedAtMs < startedAtMs) isFresh = false;
			directory.learnPrefixes(prefixes);
			const chosen = choose(prefixes);
			if (target.kind === "id" && chosen.length > searchablePrefixes)
				return fail({ reason: "too_many_prefixes", count: chosen.length });
			let last: Result<Found, FindFailure> = missing(null, prefixes, target);
			for (let start = 0; start < chosen.length; start += listedAtOnce) {
				const ids = chosen.slice(start, start + listedAtOnce).map(({ id }) => id);
				const looks = await Promise.all(ids.filter(isCloudflareId).map((id) => search.inPrefix(id, fresh, cloudflare)));
				const hit =
					looks.find((look) => look.ok) ?? looks.find((look) => !look.ok && look.failure.reason !== "no_binding");
				if (hit !== undefined) return hit;
				last = looks[0] ?? last;
			}
			return last;
		},
	};
	return search;
}

/** Picks the named binding from a list, or from our records. */
async function among(
	items: Binding[],
	prefixId: CloudflareId,
	askedAtMs: number,
	target: Target,
	ports: Ports,
): Finding {
	const { journal, cloudflare } = ports;
	for (const item of items.filter((one) => names(target, one))) {
		const deleted = journal.lastGone({ bindingId: item.id });
		const present = deleted === null ? ok(true) : await isThere(prefixId, item, ports);
		if (!present.ok) return unreachable(present.failure);
		if (present.value && isDeletable(item)) return ok({ prefixId, binding: item, all: items, askedAtMs });
	}
	const created = journal.created(namedBy(target));
	if (created === null || !sameId(created.prefixId, prefixId) || !isCloudflareId(created.bindingId))
		return missing(prefixId, items, target);
	const read = await cloudflare.getBinding(prefixId, created.bindingId);
	if (!read.ok) return read.failure.kind === "not_found" ? missing(prefixId, items, target) : unreachable(read.failure);
	const binding = read.value;
	if (!names(target, binding) || !isDeletable(binding)) return missing(prefixId, items, target);
	const others = items.filter((one) => !sameId(one.id, binding.id));
	return ok({ prefixId, binding, all: [...others, binding], askedAtMs });
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

/**
 * Reads for callers who only look. They leave the rest of Cloudflare's rate limit to deletions: listing a large account takes
 * two hundred calls, and nothing stops a caller from listing it over and over.
 */
export const sparing = (cloudflare: Cloudflare): Cloudflare => ({
	...cloudflare,
	listPrefixes: (read) => cloudflare.listPrefixes({ ...read, sparing: true }),
	listBindings: (prefixId, read) => cloudflare.listBindings(prefixId, { ...read, sparing: true }),
	listBgpPrefixes: (prefixId) => cloudflare.listBgpPrefixes(prefixId, { sparing: true }),
});
