import { describe, expect, it } from "vitest";
import type { Chat } from "../../../src/config/chat.ts";
import type { ConfiguredDestination } from "../../../src/config/notify.ts";
import type { Deletion } from "../../../src/deletion/record/deletion.ts";
import type { Offer } from "../../../src/deletion/steps/offer.ts";
import { buttonsOf } from "../../../src/ledger/notify/buttons.ts";
import { eventsOf } from "../../../src/notify/events-of.ts";
import { approvalIn, lost, noonMs, recordIn, restorationIn } from "../../notify/records.ts";

const destination: ConfiguredDestination = {
	name: "channel",
	to: "slack",
	url: "https://slack.example.net/",
	secrets: [],
	events: ["*"],
	ranges: null,
	doors: null,
	channel: "C0NETWORK",
	addresses: ["a"],
	mark: "m",
};
const chat: Chat = {
	platform: "slack",
	workspace: "T0",
	channels: ["C0NETWORK"],
	secrets: [],
	application: null,
	server: null,
	users: [],
};
const pending = recordIn("pending_approval", approvalIn("pending"));

/** The choices of the buttons of the event that made the record, as it is now. */
function choices(
	made: Deletion,
	now: Deletion | null = made,
	change: Partial<ConfiguredDestination> = {},
	chats = [chat],
) {
	const kept: Offer[] = [];
	const [event] = eventsOf(made.state === "deleted_elsewhere" ? null : recordIn("received"), made, {
		number: 1,
		at: "2030-01-01T12:00:00.000Z",
	});
	if (event === undefined) throw new Error("no event");
	const keep = (offer: Offer) => `offer${kept.push(offer)}`;
	const buttons = buttonsOf(event, now, { ...destination, ...change }, chats, keep, noonMs);
	expect(kept.length).toBe(buttons.length === 0 ? 0 : 1);
	for (const { offerId } of buttons) expect(offerId).toBe("offer1");
	return buttons.map(({ choice }) => choice);
}

describe("a message's buttons", () => {
	it("approve and reject what waits for approval, and restore what disappeared", () => {
		expect(choices(pending)).toEqual(["approve", "reject"]);
		expect(choices(lost())).toEqual(["restore"]);
	});

	it("offer nothing that is over by the time it is sent", () => {
		expect(choices(pending, recordIn("expired"))).toEqual([]);
		expect(choices(lost(), { ...lost(), ...restorationIn("restoring") })).toEqual([]);
		expect(choices(pending, null)).toEqual([]);
	});

	it("need a configured chat of the same platform with that channel", () => {
		expect(choices(pending, pending, { channel: null })).toEqual([]);
		expect(choices(pending, pending, { channel: "C0ELSEWHERE" })).toEqual([]);
		expect(choices(pending, pending, { to: "teams" })).toEqual([]);
		expect(choices(pending, pending, {}, [])).toEqual([]);
	});

	it("are none for anything else", () => {
		expect(choices(recordIn("deleted"))).toEqual([]);
	});
});
