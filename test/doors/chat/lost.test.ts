// A mass deletion in chat: listed, shown, and restored by the button of the one who asked.
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { PlatformName } from "../../../src/config/chat.ts";
import { call, cloudflare } from "../../harness.ts";
import { endClock, minuteMs, pass, startClock } from "../../lifecycle/clock.ts";
import { creations, record, restore } from "../../lifecycle/people.ts";
import { lastGone } from "../../lifecycle/restoring-many.ts";
import { goneElsewhere, losses, watch, watched } from "../../lifecycle/watching.ts";
import { cdn25, cdn26, shop24 } from "../account.ts";
import { clickOn, inChannel, platformNames, press, say, send } from "./people.ts";

beforeEach(startClock);
afterEach(endClock);

/** Three bindings disappear at once; one of them was its prefix's last. */
async function lost(): Promise<string> {
	await watch({ WATCH_MASS: 3 });
	await goneElsewhere(cdn25, cdn26, shop24);
	await watched(14);
	return (await call("/mass-deletions")).json.mass_deletions[0].id;
}
const newest = async () => (await call("/mass-deletions")).json.mass_deletions[0].restorations_id;

describe.each(platformNames)("in %s", (platform: PlatformName) => {
	it("is listed with its id, and restored in two steps by the one who asked", async () => {
		const event = await lost();
		const list = await say(platform, "lost");
		expect(list.text).toContain(`0 of 3 restored · by nobody knows yet · ${event}`);
		const card = await say(platform, `restore-all ${event} INC-9`);
		expect(card.for).toBe("caller");
		expect(card.text).toContain("Restore 3 of 3 bindings?");
		expect(card.text).toContain("2, 1 with no binding left");
		expect(card.text).toMatch(
			/198\.51\.100\.0\/24.{0,120} to CDN · no binding left in its prefix[^·]*203\.0\.113\.128\/25[^·]*$/s,
		);
		expect(card.text).toContain("INC-9");
		expect(card.buttons.map(({ label }) => label)).toEqual(["Restore all 3", "Cancel"]);
		expect(await creations()).toEqual([]);

		expect((await press(platform, card, "Restore all 3", "bob")).text).toContain("Only the person who asked");
		const done = await press(platform, card, "Restore all 3");
		expect(done.text).toContain("Restoring 3 bindings");
		const id = await newest();
		expect(done.text).toContain(`/account/restorations/${id}`);
		const [shown] = await inChannel(1);
		expect(shown?.text).toContain("Restoring 3 bindings");
		expect(shown?.buttons).toEqual([]);
		expect((await say(platform, `restore-all ${event}`)).text).toContain("Restoring 3 bindings");

		const cards = [list, card, done].map(({ text }) => text);
		const settled = cards.join("\n\n").replace(/\b7[0-9a-hjkmnp-tv-z]{25}\b/g, "7zz…");
		await expect(`${settled}\n`).toMatchFileSnapshot(`cards/${platform}-lost.txt`);

		const outcome = await lastGone(id);
		expect(outcome).toMatchObject({ state: "done", reason: "INC-9", requested_by: { name: "alice", door: "chat" } });
		for (const { id } of await losses()) expect(await record(id)).toMatchObject({ state: "restored" });
		expect((await say(platform, `restore-all ${event}`)).text).toContain("All 3 bindings are restored");
		expect((await say(platform, "lost")).text).toContain("3 of 3 restored");
	});

	it("has buttons that work once, for five minutes", async () => {
		const event = await lost();
		const late = await say(platform, `restore-all ${event}`);
		const cancelled = await say(platform, `restore-all ${event}`);
		expect((await press(platform, cancelled, "Cancel")).text).toContain("Nothing was restored");
		expect((await press(platform, cancelled, "Restore all 3")).text).toContain("already been used");
		pass(5 * minuteMs);
		expect((await press(platform, late, "Restore all 3")).text).toContain("This button has expired");
		expect(await newest()).toBeNull();
		expect(await creations()).toEqual([]);
	});

	it("is read-only without the scope", async () => {
		const event = await lost();
		const card = await say(platform, `restore-all ${event}`, "bob");
		expect(card.text).toContain('You cannot restore these bindings: you lack the scope "restore".');
		expect(card.buttons).toEqual([]);
		for (const text of ["lost", `restore-all ${event}`])
			expect((await say(platform, text, "mallory")).text).toContain("You are not in unbind's configuration");
	});

	it("is not found under another id", async () => {
		expect((await say(platform, "lost")).text).toContain("No mass deletion in the last week");
		expect((await say(platform, "restore-all zz")).text).toContain("There is no mass deletion with this id.");
	});
});

it("restores once if the platform delivers a click twice", async () => {
	const event = await lost();
	const card = await say("slack", `restore-all ${event}`);
	const click = clickOn("slack", card, "Restore all 3");
	await send("slack", click);
	await send("slack", click);
	await inChannel(1);
	await lastGone(await newest());
	expect(await creations()).toHaveLength(3);
});

it("restores what the card showed, with what is restored already left out", async () => {
	const event = await lost();
	const [one] = await losses();
	await restore(one?.id ?? "");
	const card = await say("slack", `restore-all ${event}`);
	expect(card.text).toContain("Restore 2 of 3 bindings?");
	await press("slack", card, "Restore 2");
	const { total } = await lastGone(await newest());
	expect(total).toBe(2);
});

it("asks Cloudflare for nothing before the button is pressed", async () => {
	const event = await lost();
	await cloudflare.forgetLog();
	await say("slack", `restore-all ${event}`);
	await say("slack", "lost");
	expect(await cloudflare.calls()).toEqual([]);
});
