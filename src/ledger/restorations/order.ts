// Keeps the order in which the items that wait are carried out, once more is known of their prefixes.
import { sameId } from "../../deletion/address/cloudflare-id.ts";
import { inOrder, type Left, rankOf } from "../../deletion/restorations/order.ts";
import { keepItem, openItems } from "./items.ts";

/** Writes only what is out of order: a caller may name a thousand ids that do not exist. */
export function reorder(sql: SqlStorage, restorationsId: string, leftIn: (prefixId: string) => Left): void {
	const known = openItems(sql, "waiting").filter(
		(one) => one.restorationsId === restorationsId && one.prefixId !== null,
	);
	let last = { rank: -1, place: -1 };
	for (const { item, rank } of inOrder(known, leftIn)) {
		const before = rank === last.rank ? last.place : -1;
		const place = item.prefixRank === rank && item.place > before ? item.place : before + 1;
		if (item.place !== place || item.prefixRank !== rank) keepItem(sql, { ...item, place, prefixRank: rank });
		last = { rank, place };
	}
}

/** Whether the prefix has bindings left is known now. */
export function rankPrefix(sql: SqlStorage, prefixId: string | null, left: Left): void {
	for (const one of openItems(sql, "waiting"))
		if (one.prefixId !== null && sameId(one.prefixId, prefixId ?? ""))
			keepItem(sql, { ...one, prefixRank: rankOf[left] });
}
