// The account as it was at a time, and what changed between two times, from the lifetimes that are kept.
import type { Lifetime } from "./inventory.ts";

/** The bindings that were there at `atMs`; null if the watch knows nothing of that time. */
export function accountAt(lifetimes: readonly Lifetime[], atMs: number, watchedSinceMs: number): Lifetime[] | null {
	if (atMs < watchedSinceMs) return null;
	return lifetimes.filter(({ firstSeenMs, goneSinceMs }) => firstSeenMs <= atMs && (goneSinceMs ?? Infinity) > atMs);
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
	return changes.toSorted((a, b) => a.atMs - b.atMs);
}
