// What the watch remembers of a binding. Everything is flat and nullable, and is stored as JSON. Nothing here decides.
import type { Binding } from "../deletion/address/binding.ts";

/** How a lifetime began. `first_look`: it was there when the watch began. `returned`: it was recorded as gone. */
export type Opened = "first_look" | "appeared" | "returned" | "restored" | "changed";
/** `deleted`: a deletion of ours explains it. `changed`: the same binding goes on in another lifetime. */
export type Closed = "disappeared" | "deleted" | "changed";

/** A binding with one service, from when it was first seen until it is gone. Its key is `bindingId` with `firstSeenMs`. */
export interface Lifetime {
	bindingId: string;
	prefixId: string;
	cidr: string | null;
	serviceId: string | null;
	serviceName: string | null;
	provisioningState: string | null;
	opened: Opened;
	firstSeenMs: number;
	/** When it was first seen active; null if it is not, or was active from the start of the watch. */
	activeMs: number | null;
	/** The end of the last look that showed it, as of the last write of this row. `lastSeenMs` gives the current value. */
	seenMs: number;
	/** When the first look that missed it began; null while looks show it. */
	missedMs: number | null;
	/** When a second one began, more than the lag later. Now only a read by its id is needed. */
	missedAgainMs: number | null;
	/** About when it went: when the first look that missed it began, or when our deletion took effect. */
	goneSinceMs: number | null;
	closed: Closed | null;
	/** When the end was noticed. */
	closedMs: number | null;
	/** The mass deletion it counts towards, by its `startMs`. */
	massMs: number | null;
}

/** A new lifetime. The Ledger opens one for a binding that it restored, at the end of the look or call that showed it. */
export function lifetimeOf(
	binding: Omit<Binding, "range">,
	prefixId: string,
	opened: Opened,
	seenMs: number,
): Lifetime {
	const { id, cidr, serviceId, serviceName, provisioningState } = binding;
	return {
		bindingId: id,
		prefixId,
		cidr,
		serviceId,
		serviceName,
		provisioningState,
		opened,
		firstSeenMs: seenMs,
		activeMs: provisioningState === "active" && opened !== "first_look" ? seenMs : null,
		seenMs,
		missedMs: null,
		missedAgainMs: null,
		goneSinceMs: null,
		closed: null,
		closedMs: null,
		massMs: null,
	};
}

export const isOpen = ({ closed }: Lifetime): boolean => closed === null;

/** Two looks missed it: now only a read by its id is needed. */
export const isMissedAgain = (lifetime: Lifetime): boolean => isOpen(lifetime) && lifetime.missedAgainMs !== null;

/**
 * When the binding was last seen. One that is not missed was in every good look of its prefix.
 * @param prefix its prefix, with the end of the last good look.
 */
export const lastSeenMs = ({ missedMs, seenMs }: Lifetime, prefix: { lookedMs: number | null }): number =>
	missedMs === null ? Math.max(seenMs, prefix.lookedMs ?? 0) : seenMs;
