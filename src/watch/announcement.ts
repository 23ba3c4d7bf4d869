// What Cloudflare announces of each prefix: when to read it again, and for how long an answer counts. No clock, no I/O.
import type { BgpPrefix, BgpUnknown } from "../deletion/address/bgp-prefix.ts";
import type { Result } from "../deletion/result.ts";
import { announcedEveryMs, announcedForMs, bgpReadsPerSlot } from "./limits.ts";
import type { Announcement, Slot, WatchedPrefix } from "./slots.ts";

export function afterAnswer(
	before: Announcement | undefined,
	answer: Result<BgpPrefix[], BgpUnknown>,
	nowMs: number,
): Announcement {
	if (answer.ok) return { askedMs: nowMs, read: { atMs: nowMs, bgpPrefixes: answer.value }, isDenied: false };
	const isDenied = answer.failure === "no_permission";
	return { askedMs: nowMs, read: isDenied ? null : (before?.read ?? null), isDenied };
}

/** null if it is not known. */
export function announcedOf({ announcement }: WatchedPrefix, nowMs: number): readonly BgpPrefix[] | null {
	const read = announcement?.read ?? null;
	return read !== null && nowMs - read.atMs <= announcedForMs ? read.bgpPrefixes : null;
}

/** Whether the credential may read it. One prefix can be forbidden and another not, if it belongs to another account. */
export function accessTo(prefixes: readonly WatchedPrefix[]): "read" | "no_permission" | "not_asked" {
	if (prefixes.some(({ announcement }) => (announcement?.read ?? null) !== null)) return "read";
	return prefixes.some(({ announcement }) => announcement?.isDenied) ? "no_permission" : "not_asked";
}

/** The prefixes of a slot to read with its next look, those that waited longest first. Without the permission, one an hour. */
export function readsDue({ prefixes }: Slot, all: readonly WatchedPrefix[], nowMs: number): string[] {
	const askedMs = ({ announcement }: WatchedPrefix) => announcement?.askedMs ?? Number.NEGATIVE_INFINITY;
	const isDue = (ms: number) => ms <= nowMs - announcedEveryMs;
	const isDenied = accessTo(all) === "no_permission";
	if (isDenied && !isDue(Math.max(...all.map(askedMs)))) return [];
	return prefixes
		.filter((prefix) => prefix.isListed && isDue(askedMs(prefix)))
		.toSorted((a, b) => Math.sign(askedMs(a) - askedMs(b)) || 0)
		.slice(0, isDenied ? 1 : bgpReadsPerSlot)
		.map(({ prefixId }) => prefixId);
}
