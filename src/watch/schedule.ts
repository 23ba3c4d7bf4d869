// Which looks are due, at most one alarm's worth: second looks first, then one slot. Everything follows from what is
// remembered, so no order is stored, and a restart loses none.
import { readsDue } from "./announcement.ts";
import { isOpen, type Lifetime } from "./lifetime.ts";
import { callsPerAlarm, retryAfterMs, secondLookAfterMs } from "./limits.ts";
import { areMany } from "./mass.ts";
import { intervalsOf, type Pace } from "./pace.ts";
import { type Slot, turnOf, type WatchedPrefix } from "./slots.ts";

export type Order =
	| { look: "account" }
	| { look: "prefix"; prefixId: string }
	/** What is announced of it. */
	| { look: "bgp"; prefixId: string }
	| { look: "binding"; prefixId: string; bindingId: string };

export interface LookPlan {
	second: Order[];
	ordinary: Order[];
	/** The slot whose turn it is: its `triedMs` becomes now, in the commit with the results. null: none. */
	slot: number | null;
	/** When the next look is due; now if any is. After the looks, plan again to set the alarm. */
	nextMs: number;
}

/**
 * @param lifetimes at least those that are open and missed.
 * @param askedMs the interval that was asked for.
 */
export function planLooks(
	slots: readonly Slot[],
	lifetimes: readonly Lifetime[],
	pace: Pace,
	askedMs: number,
	nowMs: number,
): LookPlan {
	const prefixes = slots.flatMap((slot) => slot.prefixes);
	const { periodMs } = intervalsOf(askedMs, prefixes.length);
	const [turn] = slots
		.filter(({ slot, prefixes: held }) => slot === 0 || held.some(({ isListed }) => isListed))
		.map((slot) => ({ slot, atMs: Math.max(turnOf(slot, slots.length, periodMs), pace.ordinaryMs) }))
		.toSorted((a, b) => a.atMs - b.atMs || (a.slot.triedMs ?? 0) - (b.slot.triedMs ?? 0));
	const isTurn = turn !== undefined && turn.atMs <= nowMs;
	const announced = (slot: Slot): Order[] =>
		readsDue(slot, prefixes, nowMs).map((prefixId) => ({ look: "bgp", prefixId }));
	const ordinary = isTurn ? [...looksOf(turn.slot), ...announced(turn.slot)] : [];
	const seconds = secondLooks(prefixes, lifetimes).map(({ order, atMs }) => ({
		order,
		atMs: Math.max(atMs, pace.secondMs),
	}));
	const due = seconds.filter(({ atMs }) => atMs <= nowMs);
	return {
		second: due.slice(0, callsPerAlarm - ordinary.length).map(({ order }) => order),
		ordinary,
		slot: isTurn ? turn.slot.slot : null,
		nextMs: Math.max(nowMs, Math.ceil(Math.min(turn?.atMs ?? nowMs, ...seconds.map(({ atMs }) => atMs)))),
	};
}

const looksOf = ({ slot, prefixes }: Slot): Order[] =>
	slot === 0
		? [{ look: "account" }]
		: prefixes.filter(({ isListed }) => isListed).map(({ prefixId }) => ({ look: "prefix", prefixId }));

interface Timed {
	order: Order;
	atMs: number;
}

/** The looks that decide about missed bindings, the most urgent first. */
function secondLooks(prefixes: readonly WatchedPrefix[], lifetimes: readonly Lifetime[]): Timed[] {
	const suspects = Map.groupBy(
		lifetimes.filter((one) => isOpen(one) && one.missedMs !== null),
		({ prefixId }) => prefixId,
	);
	const looks: Timed[] = [];
	const account: Timed = { order: { look: "account" }, atMs: Number.POSITIVE_INFINITY };
	for (const { prefixId, isListed, failedMs } of prefixes) {
		const retryMs = failedMs === null ? 0 : failedMs + retryAfterMs;
		const missed = (suspects.get(prefixId) ?? []).toSorted((a, b) => (a.missedMs ?? 0) - (b.missedMs ?? 0));
		const again = missed.filter(({ missedAgainMs }) => missedAgainMs !== null);
		const first = missed.find(({ missedAgainMs }) => missedAgainMs === null);
		for (const { bindingId } of again.slice(0, areMany(lifetimes) ? 1 : again.length))
			looks.push({ order: { look: "binding", prefixId, bindingId }, atMs: retryMs });
		if (first === undefined) continue;
		const atMs = Math.max((first.missedMs ?? 0) + secondLookAfterMs, retryMs);
		// A prefix that is no longer listed has no list of bindings.
		if (isListed) looks.push({ order: { look: "prefix", prefixId }, atMs });
		else account.atMs = Math.min(account.atMs, atMs);
	}
	if (account.atMs < Number.POSITIVE_INFINITY) looks.push(account);
	return looks.toSorted((a, b) => a.atMs - b.atMs);
}
