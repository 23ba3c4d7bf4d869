// Decides whether enough bindings disappeared together to freeze deletions. Returns an intent: the Ledger freezes, and must
// not shorten or replace a freeze in force. Bindings that count towards one mass deletion never count towards another.
import { lagMs } from "../deletion/limits.ts";
import { isMissedAgain, type Lifetime } from "./lifetime.ts";
import { gapIntervals, readOneByOneAtMost } from "./limits.ts";

/** @param lifetimes at least those that are open and missed. */
export const areMany = (lifetimes: readonly Lifetime[]): boolean =>
	lifetimes.filter(isMissedAgain).length > readOneByOneAtMost;

export interface MassEvent {
	/** When the first of its losses was missed; the event's key. */
	startMs: number;
	/** Not if too many of its losses became visible only after a gap in the looks. */
	freezes: boolean;
}

export type CountedLoss = Lifetime & { massMs: number };

export interface MassJudgement {
	events: MassEvent[];
	/** The losses that now count towards an event, new or earlier: rows to write. */
	lifetimes: CountedLoss[];
}

/**
 * @param losses the `disappeared` lifetimes of the last few intervals, whether they count towards an event or not.
 * @param intervalMs the actual interval.
 * @param atLeast how many losses that may have happened within one interval are a mass deletion.
 */
export function judgeMass(losses: readonly Lifetime[], intervalMs: number, atLeast: number): MassJudgement {
	const missedAt = ({ goneSinceMs }: Lifetime): number => goneSinceMs ?? 0;
	const isFresh = (one: Lifetime) => missedAt(one) - one.seenMs <= gapIntervals * intervalMs;
	const events: MassEvent[] = [];
	const lifetimes: CountedLoss[] = [];
	let rest = losses.filter(({ massMs }) => massMs === null).toSorted((a, b) => missedAt(a) - missedAt(b));
	// A loss happened between the last look that showed it, less the lag, and the first that missed it.
	const within = (fromMs: number, toMs: number) =>
		rest.filter((one) => missedAt(one) >= fromMs && one.seenMs - lagMs <= toMs);
	const count = (some: readonly Lifetime[], startMs: number) => {
		lifetimes.push(...some.map((one) => ({ ...one, massMs: startMs })));
		rest = rest.filter((one) => !some.includes(one));
	};
	for (const [startMs, counted] of Map.groupBy(losses, ({ massMs }) => massMs)) {
		if (startMs === null) continue;
		// An event that did not freeze must not hide a new one.
		const froze = counted.filter(isFresh).length >= atLeast;
		const joining = within(startMs - intervalMs, startMs + intervalMs).filter((one) => froze || !isFresh(one));
		count(joining, startMs);
	}
	for (const startMs of new Set(rest.map(missedAt))) {
		const together = within(startMs, startMs + intervalMs);
		if (together.length < atLeast) continue;
		events.push({ startMs, freezes: together.filter(isFresh).length >= atLeast });
		count(together, startMs);
	}
	return { events, lifetimes };
}
