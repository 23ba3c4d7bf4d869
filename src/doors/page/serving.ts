// Who serves an address, or a range of them: the most specific binding that covers each part of it. In words; the bar says
// the same in colours.
import { type Cidr, contains } from "../../deletion/address/cidr.ts";
import { type Bound, cellsOf, stretchesOf } from "./cells.ts";

/** The bindings that serve the range, in the order of its addresses; null stands for a part that none covers. */
export function serving(asked: Cidr, bounds: readonly Bound[]): (Bound | null)[] {
	const inside = bounds.filter(({ range }) => contains(asked, range));
	const cells = cellsOf([asked, ...inside.map(({ range }) => range)]);
	const winners = stretchesOf(cells, bounds).map(({ winner }) => winner);
	return winners.filter((one, index) => winners.indexOf(one) === index);
}

/** A binding without a service's name is one of Cloudflare's regional ones. */
export const serviceWord = (service: string | null): string => service ?? "a regional service";
