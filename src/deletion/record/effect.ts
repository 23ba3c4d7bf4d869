// What happens to traffic when a binding is deleted. Cloudflare routes an address by the most specific binding that covers
// it. So more specific bindings keep their traffic; the rest falls back to the next less specific binding, if there is one.

import { type Cidr, cidrAt, contains } from "../address/cidr.ts";
import { keptInRecordAtMost, settlesWithinHours } from "../limits.ts";

export interface BoundRange {
	id: string;
	range: Cidr;
	serviceName: string | null;
}

export interface Neighbour {
	cidr: string;
	service_name: string | null;
	id: string;
}

export interface Effect {
	falls_back_to: Neighbour | null;
	/** More specific bindings inside: their traffic does not move. */
	unaffected: Neighbour[];
	/** The addresses left without a service, as CIDRs; at most 100 are listed, `total` counts all of them. */
	without_service: { cidrs: string[]; total: number };
	settles_within_hours: number;
	/** The prefix's other bindings, which are not affected; at most 100. Older records lack them. */
	beside?: Neighbour[];
	/** Whether Cloudflare announced any of the binding's addresses; null if that was not known. Older records lack it. */
	advertised?: boolean | null;
}

/** The effect of deleting `deleted`; `others` are the prefix's other bindings at that time. */
export function effectOf(deleted: BoundRange, others: readonly BoundRange[]): Effect {
	const rivals = others.filter((other) => other.id !== deleted.id);
	const inside = rivals.filter(
		(other) => contains(deleted.range, other.range) && other.range.length > deleted.range.length,
	);
	const around = rivals.filter((other) => contains(other.range, deleted.range));
	const heir = around.toSorted((a, b) => b.range.length - a.range.length)[0];
	const orphans =
		heir === undefined
			? without(
					deleted.range,
					inside.map((other) => other.range),
				)
			: [];
	const concerned = new Set(inside).add(heir ?? deleted);
	const beside = rivals.filter((other) => !concerned.has(other)).toSorted(byAddress);
	return {
		falls_back_to: heir === undefined ? null : neighbour(heir),
		unaffected: inside.toSorted(byAddress).map(neighbour),
		without_service: { cidrs: orphans.slice(0, keptInRecordAtMost).map((cidr) => cidr.text), total: orphans.length },
		settles_within_hours: settlesWithinHours,
		beside: beside.slice(0, keptInRecordAtMost).map(neighbour),
	};
}

/** In address order, an outer range before what it contains. */
export const byAddress = ({ range: a }: BoundRange, { range: b }: BoundRange): number =>
	a.first === b.first ? a.length - b.length : a.first < b.first ? -1 : 1;

const neighbour = (other: BoundRange): Neighbour => ({
	cidr: other.range.text,
	service_name: other.serviceName,
	id: other.id,
});

/** A range minus its holes, as few CIDRs as possible, by halving around the holes. */
function without(range: Cidr, holes: readonly Cidr[]): Cidr[] {
	const within = holes.filter((hole) => contains(range, hole));
	if (within.length === 0) return [range];
	if (within.some((hole) => hole.length === range.length)) return [];
	const length = range.length + 1;
	const lower = cidrAt(range.family, range.first, length);
	const upper = cidrAt(range.family, lower.last + 1n, length);
	return [...without(lower, within), ...without(upper, within)];
}
