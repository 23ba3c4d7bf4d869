// A button works for one plan, once, for five minutes, for the person who asked, where they asked. Any other press gets
// its own message and deletes nothing.
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Shown } from "../../../sandbox/chat/platform.ts";
import { played } from "../../../sandbox/chat/platforms.ts";
import { places } from "../../../sandbox/chat/settings.ts";
import { call, deletes, ledger } from "../../harness.ts";
import { endClock, minuteMs, pass, startClock } from "../../lifecycle/clock.ts";
import { others, othersDelete } from "../../lifecycle/people.ts";
import { cdn25, prefixes, v6Spectrum64 } from "../account.ts";
import { clickOn, inChannel, platformNames, press, say, send, sentLater } from "./people.ts";

beforeEach(startClock);
afterEach(endClock);

const target = "203.0.113.128/25";
const sentences = {
	used: "This button has already been used, and it works once. The history shows the result.",
	others: "Only the person who asked can use this button. Run the command to get your own.",
	expired: "This button has expired. Nothing was done. Run the command again.",
	unknown: "This button no longer works. Nothing was done. Run the command again.",
	changed: "The prefix has changed since this card was made. Nothing was deleted. Run the command again to see it now.",
};
const rows = async () => (await call("/deletions")).json.deletions;

describe.each(platformNames)("in %s", (platform) => {
	it("a second click, someone else's, an expired one and a very old one each get their own message", async () => {
		const card = await say(platform, target);
		for (const [label, person] of [
			["Delete", "bob"],
			["Cancel", "carol"],
		] as const)
			expect((await press(platform, card, label, person)).text).toContain(sentences.others);
		expect(await deletes()).toEqual([]);
		// Those presses did not use it up.
		expect((await press(platform, card, "Delete")).text).toContain(`Deleted ${target}`);
		const second = await press(platform, card, "Delete");
		expect(second).toMatchObject({ for: "caller", replaces: false });
		expect(second.text).toContain(sentences.used);

		const late = await say(platform, "203.0.113.0/26");
		pass(5 * minuteMs);
		expect((await press(platform, late, "Delete")).text).toContain(sentences.expired);
		pass(48 * 60 * minuteMs);
		await say(platform, "203.0.113.0/26");
		expect((await press(platform, late, "Delete")).text).toContain(sentences.unknown);
		expect([(await deletes()).length, (await rows()).length]).toEqual([1, 1]);
	});

	it("a click delivered again is the same deletion, announced once", async () => {
		const card = await say(platform, target);
		const click = clickOn(platform, card, "Delete");
		const first = await send(platform, click);
		const headers = { ...click.headers, "x-slack-retry-num": "1", "x-slack-retry-reason": "http_timeout" };
		const again = await Promise.all([send(platform, { ...click, headers }), send(platform, { ...click, headers })]);
		expect([first, ...again].map(({ status }) => status)).toEqual([200, 200, 200]);
		if (platform !== "slack")
			for (const { text } of again)
				expect(played[platform].answered(text, "press")?.text).toContain(`Deleted ${target}`);
		expect(await deletes()).toHaveLength(1);
		expect(await rows()).toHaveLength(1);
		await sentLater(platform === "slack" ? 4 : 1);
		expect(await inChannel()).toHaveLength(1);
		for (const { text } of await sentLater()) expect(text).toContain(`Deleted ${target}`);
	});
});

it("deletes nothing when the binding changed, a sibling changed, or the binding is gone", async () => {
	const [self, siblings, gone] = [
		await say("slack", target),
		await say("discord", "203.0.113.0/26"),
		await say("mattermost", "2001:db8:100:1::/64"),
	];
	await others(prefixes.amsterdam, (all) =>
		all.map((one) => (one.id === cdn25 ? { ...one, provisioning: { state: "provisioning" } } : one)),
	);
	await othersDelete(prefixes.v6, v6Spectrum64);
	expect((await press("slack", self, "Delete")).text).toContain(sentences.changed);
	expect((await press("discord", siblings, "Delete")).text).toContain(sentences.changed);
	expect((await press("mattermost", gone, "Delete")).text).toContain("There is no binding 2001:db8:100:1::/64.");
	expect(await deletes()).toEqual([]);
	expect((await rows()).map(({ state }: { state: string }) => state).toSorted()).toEqual([
		"failed",
		"refused",
		"refused",
	]);
	// A refusal is shown only to the person who pressed.
	expect((await inChannel()).filter(({ text }) => !text.includes("2001:db8"))).toEqual([]);
});

it("only one of several simultaneous clicks counts", async () => {
	const card = await say("discord", target);
	const seen = await Promise.all(
		["Delete", "Delete", "Cancel", "Delete"].map((label) => press("discord", card, label)),
	);
	expect(seen.filter(({ text }) => text.includes(sentences.used))).toHaveLength(3);
	expect((await deletes()).length).toBeLessThanOrEqual(1);
});

it("an approval's button works until someone decides, within the hour, however often others press it", async () => {
	const asked = async (): Promise<Shown> => {
		const before = (await inChannel()).length;
		await press("slack", await say("slack", "198.51.100.0/24 INC-1"), "Ask for approval");
		const approval = (await inChannel(before + 1))[before];
		if (approval === undefined) throw new Error("nothing in the channel");
		return approval;
	};
	const late = await asked();
	pass(60 * minuteMs);
	expect((await press("slack", late, "Approve", "bob")).text).toContain(
		"This deletion isn't waiting for approval: its approval expired",
	);
	expect(await deletes()).toEqual([]);
	const approval = await asked();
	pass(59 * minuteMs);
	for (let time = 0; time < 2; time++) await press("slack", approval, "Approve");
	expect((await press("slack", approval, "Approve", "bob")).text).toContain("Deleted 198.51.100.0/24");
});

describe("a made-up button", () => {
	it.each(platformNames)(
		"is refused in %s: an id that does not exist, or another choice under one that does",
		async (platform) => {
			const card = await say(platform, target);
			const forged = (change: (text: string) => string) => ({
				...card,
				buttons: card.buttons.map(({ label, value }) => ({ label, value: JSON.parse(change(JSON.stringify(value))) })),
			});
			const elsewhere = forged((text) => text.replace(/[0-9a-f]{32}/g, "0".repeat(32)));
			expect((await press(platform, elsewhere, "Delete")).text).toContain(sentences.unknown);
			const another = forged((text) =>
				text.replace(/"(choice|action_id)":"delete"|"delete:/g, (found) => found.replace("delete", "restore")),
			);
			expect((await press(platform, another, "Delete")).text).toContain(sentences.unknown);
			expect(await deletes()).toEqual([]);
		},
	);

	it("is refused on another platform or in another channel", async () => {
		const { slack } = places;
		const plan = {
			named: target,
			bindingId: cdn25,
			prefixId: prefixes.amsterdam,
			snapshot: "",
			reason: null,
			acknowledge: [],
		};
		const id = await ledger().offer({
			about: "plan",
			plan,
			platform: "slack",
			channel: slack.channel,
			user: slack.people.alice,
			choices: ["delete"],
			expiresAtMs: Date.now() + minuteMs,
			followUp: null,
		});
		const click = { offerId: id, choice: "delete" as const, user: slack.people.alice, pressId: "1" };
		const taken = async (platform: string, channel: string) => ledger().press({ ...click, platform, channel });
		expect(await taken("discord", slack.channel)).toEqual({ ok: false, failure: "no_such_offer" });
		expect(await taken("slack", "C0ANOTHER")).toEqual({ ok: false, failure: "no_such_offer" });
		expect(await taken("slack", slack.channel)).toMatchObject({ ok: true, value: { about: "plan" } });
		expect(id).toMatch(/^[0-9a-f]{32}$/);
	});
});
