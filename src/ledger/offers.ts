// The offers behind the buttons of chat messages. Taking one is synchronous, so of two clicks one comes first.

import type { Result } from "../deletion/result.ts";
import { judgePress, type Offer, type OfferFailure, type Press, type Use } from "../deletion/steps/offer.ts";
import { offerKeptMs } from "./limits.ts";

export function keepOffer(sql: SqlStorage, offer: Offer, nowMs: number): string {
	sql.exec("DELETE FROM offers WHERE expires_at <= ?", nowMs - offerKeptMs);
	const bytes = crypto.getRandomValues(new Uint8Array(16));
	const id = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
	const insert = "INSERT INTO offers (id, expires_at, offer, used) VALUES (?, ?, ?, NULL)";
	sql.exec(insert, id, offer.expiresAtMs, JSON.stringify(offer));
	return id;
}

export function takeOffer(sql: SqlStorage, press: Press, nowMs: number): Result<Offer, OfferFailure> {
	const query = "SELECT offer, used FROM offers WHERE id = ?";
	const [row] = sql.exec<{ offer: string; used: string | null }>(query, press.offerId).toArray();
	const offer: Offer | null = row === undefined ? null : JSON.parse(row.offer);
	const used: Use | null = row?.used ? JSON.parse(row.used) : null;
	const taken = judgePress(offer, used, press, nowMs);
	if (taken.ok && taken.value.user !== null) {
		const use: Use = { pressId: press.pressId, choice: press.choice };
		sql.exec("UPDATE offers SET used = ? WHERE id = ?", JSON.stringify(use), press.offerId);
	}
	return taken;
}
