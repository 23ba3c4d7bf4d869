// The account as it was at a time, and what changed between two times, from the lifetimes that are kept.
import { plainId } from "../deletion/address/cloudflare-id.ts";
import type { Lifetime } from "./lifetime.ts";

/**
 * The bindings that were there at `atMs`; null if the watch knows nothing of that time. What the first look of a prefix
 * showed was there when the watch began.
 */
export function accountAt(lifetimes: readonly Lifetime[], atMs: number, watchedSinceMs: number): Lifetime[] | null {
	if (atMs < watchedSinceMs) return null;
	return lifetimes.filter(
		({ opened, firstSeenMs, goneSinceMs }) =>
			(opened === "first_look" || firstSeenMs <= atMs) && (goneSinceMs ?? Infinity) > atMs,
	);
}

export type Change =
	| { change: "appeared" | "disappeared"; atMs: number; lifetime: Lifetime }
	| { change: "changed"; atMs: number; before: Lifetime; after: Lifetime };

/** What changed after `sinceMs` and until `untilMs`, oldest first. What our own deletions and restorations did is included. */
export function changesBetween(lifetimes: readonly Lifetime[], sinceMs: number, untilMs: number): Change[] {
	const isWithin = (atMs: number | null): atMs is number => atMs !== null && sinceMs < atMs && atMs <= untilMs;
	const after = new Map(
		lifetimes.filter(({ opened }) => opened === "changed").map((one) => [`${one.bindingId} ${one.firstSeenMs}`, one]),
	);
	const changes = lifetimes.flatMap((lifetime): Change[] => {
		const { opened, firstSeenMs, closed, goneSinceMs, bindingId } = lifetime;
		const found: Change[] = [];
		if (opened !== "first_look" && opened !== "changed" && isWithin(firstSeenMs))
			found.push({ change: "appeared", atMs: firstSeenMs, lifetime });
		if (!isWithin(goneSinceMs)) return found;
		const next = closed === "changed" ? after.get(`${bindingId} ${goneSinceMs}`) : undefined;
		if (next !== undefined) found.push({ change: "changed", atMs: goneSinceMs, before: lifetime, after: next });
		else if (closed !== "changed") found.push({ change: "disappeared", atMs: goneSinceMs, lifetime });
		return found;
	});
	return changes.toSorted(byPlace);
}

export const changedLifetime = (change: Change): Lifetime =>
	change.change === "changed" ? change.after : change.lifetime;

/** Where a change stands in the order of all changes: its time, then its binding. */
export type Place = readonly [atMs: number, rest: string];

export const placeOf = (change: Change): Place => [
	change.atMs,
	`${plainId(changedLifetime(change).bindingId)}.${change.change}`,
];

export const isAfter = ([atMs, rest]: Place, [otherMs, other]: Place): boolean =>
	atMs === otherMs ? rest > other : atMs > otherMs;

const byPlace = (a: Change, b: Change): number => (isAfter(placeOf(a), placeOf(b)) ? 1 : -1);
