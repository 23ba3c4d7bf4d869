// Cuts a range of addresses into cells, to draw and to say which binding serves each: an address belongs to the most specific
// binding that covers it.

import { type Cidr, contains, parseCidr } from "../../deletion/address/cidr.ts";
import { type BoundRange, byAddress, type Neighbour } from "../../deletion/record/effect.ts";

export interface Bound extends BoundRange {
	/** Its provisioning state; null if Cloudflare does not say. */
	state?: string | null;
}

export interface Cell {
	range: Pick<Cidr, "first" | "last">;
	/** In percent of the whole. */
	x: number;
	width: number;
}

/** Neighbouring cells served by the same binding. */
export interface Stretch {
	winner: Bound | null;
	x: number;
	width: number;
}

/** A smaller cell would be invisible. */
const leastShare = 0.03;
/** The least width of a marked range, in percent. */
const leastMark = 0.4;
/** If true sizes would not fit: how much wider to draw a cell twice as large. */
const widening = 0.25;

/** The cells between all starts and ends, drawn to scale or at least in order of size. */
export function cellsOf(ranges: readonly Cidr[]): Cell[] {
	const edges = [...new Set(ranges.flatMap(({ first, last }) => [first, last + 1n]))].toSorted((a, b) =>
		a < b ? -1 : a > b ? 1 : 0,
	);
	const pieces = edges.slice(0, -1).map((first, index) => ({ first, last: (edges[index + 1] ?? first) - 1n }));
	const sizes = pieces.map(({ first, last }) => Number(last - first + 1n));
	const least = Math.min(...sizes);
	const isVisible = least / sum(sizes) >= leastShare;
	const weights = isVisible ? sizes : sizes.map((size) => 1 + Math.log2(size / least) * widening);
	const whole = sum(weights);
	let x = 0;
	return pieces.map((range, index) => {
		const width = ((weights[index] ?? 0) / whole) * 100;
		const cell = { range, x, width };
		x += width;
		return cell;
	});
}

export function stretchesOf(cells: readonly Cell[], bindings: readonly Bound[]): Stretch[] {
	const bySize = bindings.toSorted((a, b) => b.range.length - a.range.length);
	const stretches: Stretch[] = [];
	for (const { range, x, width } of cells) {
		const winner = bySize.find((one) => one.range.first <= range.first && range.last <= one.range.last) ?? null;
		const last = stretches.at(-1);
		if (last !== undefined && last.winner?.id === winner?.id) last.width += width;
		else stretches.push({ winner, x, width });
	}
	return stretches;
}

/** Where a range lies in the drawing; at least wide enough to see. */
export function placeOf(
	cells: readonly Cell[],
	{ first, last }: Pick<Cidr, "first" | "last">,
): Pick<Cell, "x" | "width"> {
	const x = edgeAt(cells, first);
	return { x, width: Math.max(edgeAt(cells, last + 1n) - x, leastMark) };
}

function edgeAt(cells: readonly Cell[], address: bigint): number {
	const cell = cells.findLast(({ range }) => range.first <= address) ?? {
		range: { first: address, last: address },
		x: 0,
		width: 0,
	};
	const { range, x, width } = cell;
	return x + width * Math.min(1, Number(address - range.first) / Number(range.last - range.first + 1n));
}

export interface Nested {
	bound: Bound;
	inside: Nested[];
}

/** Each binding under the smallest one that contains it, in address order. */
export function nested(bindings: readonly Bound[]): Nested[] {
	const roots: Nested[] = [];
	const around: Nested[] = [];
	for (const bound of bindings.toSorted(byAddress)) {
		const one = { bound, inside: [] };
		while (around.length > 0 && !contains(around.at(-1)?.bound.range ?? bound.range, bound.range)) around.pop();
		(around.at(-1)?.inside ?? roots).push(one);
		around.push(one);
	}
	return roots;
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);

/** From a record's fields; empty if the CIDR cannot be read. */
export function boundOf({ id, cidr, service_name }: Neighbour): Bound[] {
	const range = parseCidr(cidr);
	return range.ok ? [{ id, range: range.value, serviceName: service_name }] : [];
}

/** The bindings that serve the range, in address order; null for a part that no binding covers. */
export function serving(asked: Cidr, bounds: readonly Bound[]): (Bound | null)[] {
	const inside = bounds.filter(({ range }) => contains(asked, range));
	const cells = cellsOf([asked, ...inside.map(({ range }) => range)]);
	const winners = stretchesOf(cells, bounds).map(({ winner }) => winner);
	return winners.filter((one, index) => winners.indexOf(one) === index);
}
