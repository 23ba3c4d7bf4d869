// What the watch remembers of prefixes: one row per slot of prefixes that are looked at together. The slots are looked at one by
// one, spread over the period.
import type { BgpPrefix } from "../deletion/address/bgp-prefix.ts";
import { isOpen, type Lifetime } from "./lifetime.ts";
import { prefixesPerSlot } from "./limits.ts";

/** What Cloudflare announces of a prefix. */
export interface Announcement {
	/** When it was last asked for. */
	askedMs: number;
	/** The last good answer, and when it came. */
	read: { atMs: number; bgpPrefixes: readonly BgpPrefix[] } | null;
	/** The last answer was that the credential lacks the permission. */
	isDenied: boolean;
}

/** A prefix and its looks. They are kept here, not per binding, so that an unchanged look writes no lifetime. */
export interface WatchedPrefix {
	prefixId: string;
	cidr: string;
	/** Whether the last list of prefixes shows it. */
	isListed: boolean;
	/** Whether the account's first list of prefixes had it: then its first look makes nothing "appear". */
	fromStart: boolean;
	/** The end of its last good look. */
	lookedMs: number | null;
	/** The end of its last failed look, if no good one came after it. */
	failedMs: number | null;
	/** What Cloudflare announces of it. Absent until it is asked for, and in rows of earlier releases. */
	announcement?: Announcement;
}

/** Prefixes that are looked at in the same alarm, stored as one row. Slot 0 is the list of prefixes, and holds none. */
export interface Slot {
	slot: number;
	/** When its last ordinary look began. */
	triedMs: number | null;
	prefixes: readonly WatchedPrefix[];
}

/** The slots to begin with are `slotsFor([], [], [])`. Puts new prefixes where there is room, and drops those that are not listed and have no open lifetime. */
export function slotsFor(
	slots: readonly Slot[],
	prefixes: readonly WatchedPrefix[],
	open: readonly Lifetime[],
): Slot[] {
	const inUse = new Set(open.filter(isOpen).map(({ prefixId }) => prefixId));
	const rest = new Map(
		prefixes.filter(({ isListed, prefixId }) => isListed || inUse.has(prefixId)).map((one) => [one.prefixId, one]),
	);
	const filled: Slot[] = slots.map((slot) => {
		const present = slot.prefixes.flatMap(({ prefixId }) => rest.get(prefixId) ?? []);
		for (const { prefixId } of present) rest.delete(prefixId);
		return { ...slot, prefixes: present };
	});
	if (filled.length === 0) filled.push({ slot: 0, triedMs: null, prefixes: [] });
	for (const prefix of rest.values()) {
		const roomy = filled.findIndex(({ slot, prefixes: held }) => slot > 0 && held.length < prefixesPerSlot);
		const slot = roomy === -1 ? filled.length : roomy;
		// A slot with a new prefix is due immediately.
		filled[slot] = { slot, triedMs: null, prefixes: [...(filled[slot]?.prefixes ?? []), prefix] };
	}
	return filled;
}

/** When the slot is due: at its place in the period, and never more than one period after its last look. */
export function turnOf({ slot, triedMs }: Slot, slotCount: number, periodMs: number): number {
	if (triedMs === null) return 0;
	const placeMs = (slot * periodMs) / slotCount;
	return (Math.floor((triedMs - placeMs) / periodMs) + 1) * periodMs + placeMs;
}
