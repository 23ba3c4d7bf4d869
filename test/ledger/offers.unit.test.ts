import { expect, it } from "vitest";
import type { Offer, Press } from "../../src/deletion/steps/offer.ts";
import { offerKeptMs } from "../../src/ledger/limits.ts";
import { keepOffer, takeOffer } from "../../src/ledger/offers.ts";
import { noonMs, sqlOf } from "./a-storage.ts";

const place = { platform: "slack", channel: "C1" };
const offer = (user: string | null): Offer => ({
	...{ ...place, user, choices: ["approve", "reject"], expiresAtMs: noonMs + 1000, followUp: null },
	...{ about: "deletion", deletionId: "7y" },
});
const press = (offerId: string, pressId: string): Press => ({
	...place,
	offerId,
	choice: "approve",
	user: "U1",
	pressId,
});

it("gives each offer an id that nobody can guess", () => {
	const sql = sqlOf();
	const ids = [offer("U1"), offer("U1")].map((one) => keepOffer(sql, one, noonMs));
	expect(new Set(ids).size).toBe(2);
	for (const id of ids) expect(id).toMatch(/^[0-9a-f]{32}$/);
});

it("takes a personal offer once, and counts the same click again when it is delivered again", () => {
	const sql = sqlOf();
	const id = keepOffer(sql, offer("U1"), noonMs);
	expect(takeOffer(sql, press(id, "one"), noonMs)).toMatchObject({ ok: true });
	expect(takeOffer(sql, press(id, "one"), noonMs)).toMatchObject({ ok: true });
	expect(takeOffer(sql, press(id, "two"), noonMs)).toEqual({ ok: false, failure: "used" });
});

it("takes an offer to everyone as often as it is pressed", () => {
	const sql = sqlOf();
	const id = keepOffer(sql, offer(null), noonMs);
	for (const one of ["one", "two"]) expect(takeOffer(sql, press(id, one), noonMs)).toMatchObject({ ok: true });
});

it("tells an expired offer from one that never was, for a day", () => {
	const sql = sqlOf();
	const id = keepOffer(sql, offer("U1"), noonMs);
	expect(takeOffer(sql, press(id, "one"), noonMs + 1000)).toEqual({ ok: false, failure: "expired" });
	expect(takeOffer(sql, press("0".repeat(32), "one"), noonMs)).toEqual({ ok: false, failure: "no_such_offer" });
	keepOffer(sql, offer("U1"), noonMs + 1000 + offerKeptMs);
	expect(takeOffer(sql, press(id, "one"), noonMs)).toEqual({ ok: false, failure: "no_such_offer" });
});
