// A burst: machines get every event, people one message.
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { cdn25, cdn26, spectrum26 } from "../../doors/account.ts";
import { endClock, minuteMs, startClock } from "../../lifecycle/clock.ts";
import { goneElsewhere, losses, watch, watched } from "../../lifecycle/watching.ts";
import { deliveries, hook, listen, type Receivers, sendAfter, settingsWith, slack } from "../../notify/receivers.ts";

let receivers: Receivers;
beforeEach(() => {
	startClock();
	receivers = listen();
	vi.spyOn(console, "error").mockImplementation(() => {});
	vi.spyOn(console, "warn").mockImplementation(() => {});
});
afterEach(async () => {
	vi.restoreAllMocks();
	await endClock();
});

const both = { people: slack(), machine: hook("machine") };
const rowsOf = async (name: string) => (await deliveries()).filter(({ destination }) => destination === name);

describe("a mass deletion", () => {
	const many = [cdn25, cdn26, spectrum26];

	it("is one message to people, which tells of every loss, and all events to machines", async () => {
		await watch(settingsWith(both, { WATCH_MASS: 3 }));
		await goneElsewhere(...many);
		await watched(13);
		await sendAfter(minuteMs);
		const atMachine = (await rowsOf("machine")).map(({ type, state }) => `${type} ${state}`);
		expect(atMachine.toSorted()).toEqual([
			"freeze.on delivered",
			...Array.from({ length: 3 }, () => "watch.disappeared delivered"),
			"watch.mass_deletion delivered",
		]);
		const people = await rowsOf("people");
		const mass = people.find(({ type }) => type === "watch.mass_deletion");
		expect(
			people.filter(({ type }) => type === "watch.disappeared").map((row) => [row.state, row.folded_into]),
		).toEqual(Array.from({ length: 3 }, () => ["folded", mass?.id]));
		expect(people.find(({ type }) => type === "freeze.on")).toMatchObject({ state: "folded", folded_into: mass?.id });
		const messages = receivers.arrived.filter(({ host }) => host === "slack").map(({ text }) => text);
		expect(messages).toHaveLength(1);
		expect(messages[0]).toContain("3 bindings disappeared without unbind");
		expect(messages[0]).toContain("Deletions are frozen");
	});

	it("that turns out to be none leaves each loss its own message, a moment later", async () => {
		await watch(settingsWith(both, { WATCH_MASS: 10 }));
		await goneElsewhere(...many);
		await watched(13);
		await sendAfter(1000);
		expect(await losses()).toHaveLength(3);
		const atPeople = (await rowsOf("people")).map(({ type, state }) => `${type} ${state}`);
		expect(atPeople).toEqual(Array.from({ length: 3 }, () => "watch.disappeared delivered"));
	});

	it("reaches people who did not ask for mass deletions as one message too", async () => {
		await watch(settingsWith({ people: slack({ events: ["watch.disappeared"] }) }, { WATCH_MASS: 3 }));
		await goneElsewhere(...many);
		await watched(13);
		await sendAfter(1000);
		expect((await rowsOf("people")).map(({ state }) => state)).toEqual(["delivered", "delivered", "delivered"]);
	});
});
