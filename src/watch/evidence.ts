// What one valid look proves about one binding that it shows or misses. Each function returns the row as it is afterwards:
// the same object if nothing changed.
import type { Binding } from "../deletion/address/binding.ts";
import { isCloudflareId, plainId, sameId } from "../deletion/address/cloudflare-id.ts";
import { lagMs } from "../deletion/limits.ts";
import { type Closed, type Lifetime, lastSeenMs, lifetimeOf } from "./lifetime.ts";
import type { Ours, PrefixLook, Span } from "./look.ts";
import type { WatchedPrefix } from "./slots.ts";

/** A missed binding that our own records account for; null if they don't. */
export function accounted(lifetime: Lifetime, { endMs }: Span, ours: Ours): Lifetime | null {
	const plain = plainId(lifetime.bindingId);
	const goneMs = ours.deleted.get(plain);
	// A deletion explains nothing if the binding was first seen after it, longer than a list can lag. A change is no first sight: the
	// look that showed it may have begun while lists lagged, and ended later.
	const isLater = (atMs: number) => lifetime.opened !== "changed" && atMs <= lifetime.firstSeenMs - lagMs;
	if (goneMs !== undefined && !isLater(goneMs)) return closedAs("deleted", lifetime, goneMs, endMs);
	if (!ours.open.has(plain)) return null;
	return lifetime.missedMs === null ? lifetime : { ...lifetime, missedMs: null, missedAgainMs: null };
}

export function missed(lifetime: Lifetime, prefix: WatchedPrefix, { beginMs }: Span): Lifetime {
	if (beginMs < lifetime.seenMs) return lifetime;
	const { missedMs, missedAgainMs } = lifetime;
	if (missedMs === null) return { ...lifetime, seenMs: lastSeenMs(lifetime, prefix), missedMs: beginMs };
	return missedAgainMs === null && beginMs > missedMs + lagMs ? { ...lifetime, missedAgainMs: beginMs } : lifetime;
}

export function shown(lifetime: Lifetime, seen: Binding, { endMs }: Span): Lifetime {
	const provisioningState = seen.provisioningState ?? lifetime.provisioningState;
	const isCleared = lifetime.missedMs !== null;
	if (!isCleared && provisioningState === lifetime.provisioningState) return lifetime;
	const isNowActive = provisioningState === "active" && lifetime.provisioningState !== "active";
	const activeMs = lifetime.activeMs ?? (isNowActive ? endMs : null);
	return { ...lifetime, provisioningState, activeMs, seenMs: endMs, missedMs: null, missedAgainMs: null };
}

/** Whether it really has another service now. A list that lags may still show the one before. */
export const hasChanged = (lifetime: Lifetime, seen: Binding, { beginMs }: Span): boolean =>
	beginMs >= lifetime.firstSeenMs + lagMs &&
	[
		[lifetime.cidr, seen.cidr],
		[lifetime.serviceId, seen.serviceId],
	].some(([before, after]) => before !== null && after !== null && before !== after);

/** A binding that is listed and has no open lifetime; null if the list may lag behind its end, or if it may be ours. */
export function newcomer(
	seen: Binding,
	prefix: WatchedPrefix,
	lifetimes: readonly Lifetime[],
	look: PrefixLook,
	ours: Ours,
): Lifetime | null {
	const plain = plainId(seen.id);
	// Without a safe id it cannot be read by its id, so a loss could never be confirmed.
	if (!isCloudflareId(seen.id)) return null;
	const ended = lifetimes.filter((one) => sameId(one.bindingId, seen.id)).map(({ closedMs }) => closedMs ?? 0);
	const endedMs = Math.max(...ended, ours.deleted.get(plain) ?? Number.NEGATIVE_INFINITY);
	if (look.beginMs < endedMs + lagMs) return null;
	if (seen.cidr !== null && ours.restoring.has(seen.cidr) && !ours.restored.has(plain)) return null;
	const isFirst = prefix.fromStart && prefix.lookedMs === null;
	const known = isFirst ? "first_look" : "appeared";
	const opened = ended.length > 0 ? "returned" : ours.restored.has(plain) ? "restored" : known;
	return lifetimeOf(seen, prefix.prefixId, opened, look.endMs);
}

export const closedAs = (closed: Closed, lifetime: Lifetime, goneSinceMs: number, closedMs: number): Lifetime => ({
	...lifetime,
	closed,
	goneSinceMs,
	closedMs,
});
