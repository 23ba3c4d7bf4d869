import { expect, it } from "vitest";
import { judgePress, type Offer, type Press, type Use } from "../../../src/deletion/steps/offer.ts";

const nowMs = 1_000_000;
const offer: Offer = {
	...{ platform: "slack", channel: "C1", user: "U1", choices: ["approve", "reject"], expiresAtMs: nowMs + 1 },
	...{ followUp: null, about: "deletion", deletionId: "7y" },
};
const press: Press = {
	...{ offerId: "o", choice: "approve", platform: "slack", channel: "C1", user: "U1", pressId: "p" },
};

it.each<[string, Offer | null, Use | null, Partial<Press>, string | null]>([
	["counts the right person's click", offer, null, {}, null],
	["counts the same click delivered again", offer, { pressId: "p", choice: "approve" }, {}, null],
	["refuses a second click", offer, { pressId: "q", choice: "approve" }, {}, "used"],
	["refuses a redelivery with another choice", offer, { pressId: "p", choice: "reject" }, {}, "used"],
	["refuses another person", offer, null, { user: "U2" }, "not_yours"],
	["takes anyone if it was offered to everyone", { ...offer, user: null }, null, { user: "U2" }, null],
	["refuses what was not offered", offer, null, { choice: "delete" }, "no_such_offer"],
	["refuses another channel", offer, null, { channel: "C2" }, "no_such_offer"],
	["refuses another platform", offer, null, { platform: "discord" }, "no_such_offer"],
	["refuses an unknown offer", null, null, {}, "no_such_offer"],
	["refuses an expired offer", { ...offer, expiresAtMs: nowMs }, null, {}, "expired"],
])("%s", (_, made, used, change, failure) => {
	expect(judgePress(made, used, { ...press, ...change }, nowMs)).toEqual(
		failure === null ? { ok: true, value: made } : { ok: false, failure },
	);
});
