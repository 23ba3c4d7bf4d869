// Which bindings serve an address or a range: for each part, the most specific binding that covers it. The bar shows the same
// in colours.
import { type Cidr, contains } from "../../deletion/address/cidr.ts";
import { type Bound, cellsOf, stretchesOf } from "./cells.ts";

/** The bindings that serve the range, in address order; null for a part that no binding covers. */
export function serving(asked: Cidr, bounds: readonly Bound[]): (Bound | null)[] {
	const inside = bounds.filter(({ range }) => contains(asked, range));
	const cells = cellsOf([asked, ...inside.map(({ range }) => range)]);
	const winners = stretchesOf(cells, bounds).map(({ winner }) => winner);
	return winners.filter((one, index) => winners.indexOf(one) === index);
}

/** A binding without a service name belongs to one of Cloudflare's regional services. */
export const serviceWord = (service: string | null): string => service ?? "a regional service";
