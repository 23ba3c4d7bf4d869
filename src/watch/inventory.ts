// What the watch remembers: one row per lifetime of a binding, and one row per slot of prefixes that are looked at together.
// Everything here is flat and nullable, so that it maps to columns. Times are milliseconds; nothing here decides.

import type { BgpPrefix } from "../deletion/address/bgp-prefix.ts";
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
	/** When that was noticed. */
	closedMs: number | null;
	/** The mass event it counts towards, by its `startMs`. */
	massMs: number | null;
}

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

/** When the binding was last seen. One that is not missed was in every good look of its prefix. */
export const lastSeenMs = ({ missedMs, seenMs }: Lifetime, { lookedMs }: Pick<WatchedPrefix, "lookedMs">): number =>
	missedMs === null ? Math.max(seenMs, lookedMs ?? 0) : seenMs;
