// Compares a look at a prefix with what the watch remembers: what disappeared, appeared, changed, became active? It asks
// nothing and has no clock; times come from the looks. A failed, partial or implausible look proves nothing.
//
// A binding is gone if a look misses it that began after the last one that showed it had ended; if another one that began more
// than `lagMs` later misses it too; if none in between shows it; and if a read by id then answers 404. The second miss is the
// proof: the moment it shows is later than the beginning of the first miss, when the binding had already been seen.
import { plainId, sameId } from "../deletion/address/cloudflare-id.ts";
import { accounted, closedAs, hasChanged, missed, newcomer, shown } from "./evidence.ts";
import { isMissedAgain, isOpen, type Lifetime, lifetimeOf } from "./lifetime.ts";
import type { BindingLook, Ours, PrefixLook } from "./look.ts";
import type { WatchedPrefix } from "./slots.ts";

export type Finding =
	| { kind: "disappeared" | "appeared" | "active"; lifetime: Lifetime }
	| { kind: "changed"; before: Lifetime; after: Lifetime }
	| { kind: "implausible"; why: "repeated_id" | "no_known_prefix"; prefixId: string | null };

export interface Judgement {
	findings: Finding[];
	/** The rows to write. An unchanged prefix has none. */
	lifetimes: Lifetime[];
	prefix: WatchedPrefix;
}

/** What the watch remembers of one prefix. */
export interface PrefixMemory {
	prefix: WatchedPrefix;
	/** Open lifetimes, and the closed ones that are kept. */
	lifetimes: readonly Lifetime[];
}

export function judgePrefix({ prefix, lifetimes }: PrefixMemory, look: PrefixLook, ours: Ours): Judgement {
	const unchanged = { findings: [], lifetimes: [], prefix };
	const failed = { ...unchanged, prefix: { ...prefix, failedMs: look.endMs } };
	if (look.seen === null) return failed;
	const seen = new Map(look.seen.map((binding) => [plainId(binding.id), binding]));
	if (seen.size < look.seen.length)
		return { ...failed, findings: [{ kind: "implausible", why: "repeated_id", prefixId: prefix.prefixId }] };
	// Looks that overlap have no order, so the one that is judged later says nothing new.
	if (prefix.lookedMs !== null && look.beginMs < prefix.lookedMs) return unchanged;

	const findings: Finding[] = [];
	const written: Lifetime[] = [];
	const keep = (before: Lifetime | null, after: Lifetime) => {
		if (before !== after) written.push(after);
	};
	for (const lifetime of lifetimes.filter(isOpen)) {
		const binding = seen.get(plainId(lifetime.bindingId));
		if (binding === undefined) keep(lifetime, accounted(lifetime, look, ours) ?? missed(lifetime, prefix, look));
		else if (hasChanged(lifetime, binding, look)) {
			const after = lifetimeOf(binding, prefix.prefixId, "changed", look.endMs);
			const before = closedAs("changed", lifetime, look.endMs, look.endMs);
			keep(lifetime, before);
			keep(null, after);
			findings.push({ kind: "changed", before, after });
		} else {
			const after = shown(lifetime, binding, look);
			keep(lifetime, after);
			if (lifetime.activeMs !== after.activeMs) findings.push({ kind: "active", lifetime: after });
		}
	}
	const open = new Set(lifetimes.filter(isOpen).map(({ bindingId }) => plainId(bindingId)));
	for (const [plain, binding] of seen) {
		const lifetime = open.has(plain) ? null : newcomer(binding, prefix, lifetimes, look, ours);
		if (lifetime === null) continue;
		keep(null, lifetime);
		if (lifetime.opened !== "first_look") findings.push({ kind: "appeared", lifetime });
		if (lifetime.opened === "restored" && lifetime.activeMs !== null) findings.push({ kind: "active", lifetime });
	}
	return { findings, lifetimes: written, prefix: { ...prefix, lookedMs: look.endMs, failedMs: null } };
}

/**
 * The answer to a read by id decides about that binding alone. When many are missing, one 404 counts for every binding of the
 * prefix that two looks missed.
 */
export function judgeBinding(
	{ prefix, lifetimes }: PrefixMemory,
	look: BindingLook,
	ours: Ours,
	speaksForAll: boolean,
): Judgement {
	const judgement: Judgement = { findings: [], lifetimes: [], prefix };
	if (look.seen === null) return { ...judgement, prefix: { ...prefix, failedMs: look.endMs } };
	const suspects = lifetimes.filter(isMissedAgain);
	const others = suspects.filter((one) => accounted(one, look, ours) === null);
	const asked = others.find(({ bindingId }) => sameId(bindingId, look.bindingId));
	judgement.lifetimes = suspects.map((one) => accounted(one, look, ours)).filter((one) => one !== null);
	// The one that was asked for is no longer missed, or its loss is ours: then the answer says nothing about the others.
	if (asked === undefined) return judgement;
	if (look.seen !== "missing") {
		judgement.lifetimes.push(shown(asked, look.seen, look));
		return judgement;
	}
	for (const one of speaksForAll ? others : [asked]) {
		if (look.beginMs < (one.missedAgainMs ?? look.beginMs)) continue;
		const lifetime = closedAs("disappeared", one, one.missedMs ?? look.beginMs, look.endMs);
		judgement.lifetimes.push(lifetime);
		judgement.findings.push({ kind: "disappeared", lifetime });
	}
	return judgement;
}
