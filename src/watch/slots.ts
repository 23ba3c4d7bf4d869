// Groups prefixes into slots, which are looked at one by one, spread over the period. Slot 0 is the list of prefixes.
import { isOpen, type Lifetime, type Slot, type WatchedPrefix } from "./inventory.ts";
import { prefixesPerSlot } from "./rhythm.ts";

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
		// A slot with a new prefix is due at once.
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
