// The account's live bindings, prefix by prefix.

import { advertisedIn } from "../address/bgp-prefix.ts";
import type { Binding, Prefix } from "../address/binding.ts";
import { contains, parseCidr } from "../address/cidr.ts";
import { type CloudflareId, isCloudflareId } from "../address/cloudflare-id.ts";
import type { AccountBindings, BindingsQuery, PrefixWithBindings } from "../ledger-api.ts";
import { listedAtOnce, prefixesAPart, searchablePrefixes } from "../limits.ts";
import type { Ports } from "../ports.ts";
import { fail, ok, type Result } from "../result.ts";
import type { Directory } from "./directory.ts";
import { sparing } from "./find.ts";
import { type LookUpFailure, lookUpFault } from "./look-up.ts";

/** Costs one call for the prefixes and one for each prefix shown. */
export async function listAccount(query: BindingsQuery, ports: Ports, directory: Directory): Promise<AccountBindings> {
	const cloudflare = sparing(ports.cloudflare);
	const prefixes = await cloudflare.listPrefixes({ fresh: false });
	if (!prefixes.ok) return fail(lookUpFault(prefixes.failure));
	directory.learnPrefixes(prefixes.value.items);

	const covered = query.covering === null ? null : parseCidr(query.covering);
	const covers = (range: Prefix["range"]) => covered === null || (covered.ok && contains(range, covered.value));
	const all = prefixes.value.items.filter(({ range }) => covers(range));
	const { after } = query;
	const begin = after === undefined ? 0 : all.findIndex(({ id }) => id === after) + 1;
	const shown = after === undefined ? all : all.slice(begin, begin + prefixesAPart);
	if (all.length > searchablePrefixes) {
		const detail = `This account has ${all.length} prefixes, too many to list at once (the limit is ${searchablePrefixes}). Ask for the bindings that cover one address or CIDR.`;
		return fail({ code: "invalid_target", detail });
	}

	const listed: PrefixWithBindings[] = [];
	for (let start = 0; start < shown.length; start += listedAtOnce) {
		const some = shown.slice(start, start + listedAtOnce);
		const listings = await Promise.all(
			some.map(async (prefix) => ({
				prefix,
				listing: isCloudflareId(prefix.id) ? await cloudflare.listBindings(prefix.id, { fresh: false }) : null,
			})),
		);
		for (const { prefix, listing } of listings) {
			// The prefix disappeared after it was listed.
			if (listing === null || (!listing.ok && listing.failure.kind === "not_found")) continue;
			if (!listing.ok) return fail(lookUpFault(listing.failure));
			directory.learnBindings(prefix.id, listing.value.items);
			const bindings = listing.value.items.filter((binding) =>
				binding.range === null ? covered === null : covers(binding.range),
			);
			// The prefix's own field is deprecated, and was seen to be false always.
			const advertised = advertisedIn(prefix.range, ports.announced(prefix.id)) ?? prefix.advertised;
			listed.push({ ...prefix, advertised, bindings });
		}
	}
	const lastId = begin + shown.length < all.length ? shown.at(-1)?.id : undefined;
	return { ...ok(listed), ...(lastId === undefined ? {} : { next: lastId }) };
}

/**
 * Remembers the latest list of the whole account, for callers that accept an older one: chat autocompletion asks at every
 * keystroke.
 */
export function createAccountList(
	directory: Directory,
): (query: BindingsQuery, ports: Ports) => Promise<AccountBindings> {
	let last: { askedAtMs: number; prefixes: PrefixWithBindings[] } | null = null;
	return async (query, ports) => {
		const askedAtMs = ports.now();
		const isWhole = query.covering === null && query.after === undefined;
		const isRecent = last !== null && askedAtMs - last.askedAtMs < (query.atMostOldMs ?? 0);
		if (last !== null && isWhole && isRecent) return ok(last.prefixes);
		const list = await listAccount(query, ports, directory);
		if (list.ok && isWhole) last = { askedAtMs, prefixes: list.value };
		return list;
	};
}

/** The prefixes alone: one call. */
export async function listPrefixes(
	{ cloudflare }: Ports,
	directory: Directory,
): Promise<Result<Prefix[], LookUpFailure>> {
	const prefixes = await sparing(cloudflare).listPrefixes({ fresh: false });
	if (!prefixes.ok) return fail(lookUpFault(prefixes.failure));
	directory.learnPrefixes(prefixes.value.items);
	return ok(prefixes.value.items);
}

/** The live bindings of one prefix: one call. */
export async function listPrefix(
	prefixId: CloudflareId,
	{ cloudflare }: Ports,
	directory: Directory,
): Promise<Result<Binding[], LookUpFailure>> {
	const listing = await sparing(cloudflare).listBindings(prefixId, { fresh: false });
	if (listing.ok) {
		directory.learnBindings(prefixId, listing.value.items);
		return ok(listing.value.items);
	}
	return listing.failure.kind === "not_found"
		? fail({ code: "binding_not_found", detail: `There is no prefix ${prefixId}.` })
		: fail(lookUpFault(listing.failure));
}
