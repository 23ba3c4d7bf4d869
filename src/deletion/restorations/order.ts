// The order in which many bindings are restored. Prefixes that have no binding left come first: they are dark. Within a prefix
// the least specific binding comes first, because the first binding of a prefix has to be the prefix's own CIDR.
import { parseCidr } from "../address/cidr.ts";
import { plainId } from "../address/cloudflare-id.ts";

/** Whether a prefix has bindings left, as far as is known. */
export type Left = "none" | "unknown" | "some";
export const rankOf: Record<Left, number> = { none: 0, unknown: 1, some: 2 };

export interface Placed {
	cidr: string | null;
	/** null if the record has not been read yet. */
	prefixId: string | null;
}

/** The items of each prefix together, in the order in which they are restored; prefixes stay in the order of their first items. */
export function turnsOf<Item extends Placed>(items: readonly Item[]): Item[][] {
	const turns = Map.groupBy(items, ({ prefixId }) => (prefixId === null ? null : plainId(prefixId)));
	return [...turns.values()].map((turn) => turn.toSorted((a, b) => lengthOf(a) - lengthOf(b)));
}

export function inOrder<Item extends Placed>(
	items: readonly Item[],
	leftIn: (prefixId: string) => Left,
): { item: Item; rank: number }[] {
	return turnsOf(items)
		.map((turn) => {
			const prefixId = turn[0]?.prefixId ?? null;
			return { turn, rank: rankOf[prefixId === null ? "unknown" : leftIn(prefixId)] };
		})
		.toSorted((a, b) => a.rank - b.rank)
		.flatMap(({ turn, rank }) => turn.map((item) => ({ item, rank })));
}

/** What can't be read comes last. */
function lengthOf({ cidr }: Placed): number {
	const read = parseCidr(cidr ?? "");
	return read.ok ? read.value.length : Number.POSITIVE_INFINITY;
}
