// From a command to a card, and from its button to the result. What platforms do differently runs on each; the rest
// runs on one.
import { afterEach, describe, expect, it } from "vitest";
import { call, deletes } from "../../harness.ts";
import { bound } from "../../lifecycle/people.ts";
import { cdn25, prefixes, resetAll, shop24 } from "../account.ts";
import { inChannel, platformNames, press, say } from "./people.ts";

afterEach(resetAll);

const target = "203.0.113.128/25";
const rows = async () => (await call("/deletions")).json.deletions;
const newest = async () => (await call(`/deletions/${(await rows())[0].id}`)).json;

describe.each(platformNames)("in %s", (platform) => {
	it("shows the plan to the person who asks; a press deletes, and the channel sees who, what and why", async () => {
		const card = await say(platform, `${target} INC-4211 drain`);
		expect(card.for).toBe("caller");
		for (const part of [`Delete ${target}?`, "CDN, active", "INC-4211 drain", "goes to Magic Transit (203.0.113.0/24)"])
			expect(card.text).toContain(part);
		expect(card.buttons.map(({ label }) => label)).toEqual(["Delete", "Cancel"]);
		expect(await deletes()).toEqual([]);
		expect(await rows()).toEqual([]);

		const result = await press(platform, card, "Delete");
		expect(result.for).toBe("caller");
		expect(result.replaces || result.isLate).toBe(true);
		expect(result.text).toContain(`Deleted ${target}`);
		expect(await deletes()).toEqual([`DELETE bindings/${cdn25}`]);

		const record = await newest();
		expect(record).toMatchObject({ state: "deleted", reason: "INC-4211 drain", target });
		expect(record.actor).toEqual({
			name: "alice",
			door: "chat",
			platform,
			user_id: expect.any(String),
			user_name: "alice.example",
		});
		const [told] = await inChannel(1);
		for (const part of [
			`Deleted ${target}`,
			"alice",
			"INC-4211 drain",
			`https://unbind.example.com/records/${record.id}`,
		])
			expect(told?.text).toContain(part);
		expect(told?.buttons).toEqual([]);
		expect(await inChannel()).toHaveLength(1);
	});

	it("cancelling removes the card and disables its other button", async () => {
		const card = await say(platform, target);
		const result = await press(platform, card, "Cancel");
		expect(result.replaces || result.isLate).toBe(true);
		expect(result.buttons).toEqual([]);
		expect(result.text).toContain("Nothing was deleted");
		expect((await press(platform, card, "Delete")).text).toContain("This button has already been used");
		expect([await deletes(), await rows(), await inChannel()]).toEqual([[], [], []]);
	});

	it("a deletion that needs approval goes to the channel, for someone else to press", async () => {
		const card = await say(platform, "198.51.100.0/24 INC-4213");
		expect(card.text).toContain("Needs someone else's approval: This is the prefix's last binding");
		const asked = await press(platform, card, "Ask for approval");
		expect(asked.text).toContain("198.51.100.0/24 is waiting for approval");
		const [approval] = await inChannel(1);
		if (approval === undefined) throw new Error("nothing in the channel");
		expect(approval.text).toContain("alice asks to delete 198.51.100.0/24");

		const own = await press(platform, approval, "Approve");
		expect(own).toMatchObject({ for: "caller", replaces: false });
		expect(own.text).toContain("You can't approve a deletion you requested. Someone else has to.");
		const looker = await press(platform, approval, "Approve", "carol");
		expect(looker.replaces).toBe(false);
		expect(looker.text).toContain('lacks the scope "approve"');
		expect(await deletes()).toEqual([]);

		const decided = await press(platform, approval, "Approve", "bob");
		expect(decided.replaces || decided.isLate).toBe(true);
		expect(decided.text).toContain("Deleted 198.51.100.0/24");
		expect(await deletes()).toEqual([`DELETE bindings/${shop24}`]);
		const [, told] = await inChannel(2);
		expect(told?.text).toMatch(/Deleted 198\.51\.100\.0\/24[\s\S]*Approved \| by bob/);
		expect(await newest()).toMatchObject({
			actor: { name: "alice" },
			approval: { decided_by: { name: "bob", platform } },
		});
		expect((await press(platform, approval, "Reject", "bob")).text).toContain(
			"This deletion isn't waiting for approval: the binding was deleted",
		);
	});

	it("shows the history and a record of it, and restores by its button", async () => {
		expect((await say(platform, "history")).text).toContain("No deletions on record");
		await press(platform, await say(platform, `${target} INC-1`), "Delete");
		await press(platform, await say(platform, "203.0.113.0/26 INC-2"), "Delete");
		const [other, { id }] = await rows();
		const all = (await say(platform, "history", "carol")).text;
		for (const part of [`${target} deleted`, "203.0.113.0/26 deleted", "INC-1", "INC-2", id, other.id])
			expect(all).toContain(part);
		for (const name of [target, "edge-cdn", cdn25]) {
			const one = (await say(platform, `history ${name}`, "carol")).text;
			expect([one.includes(id), one.includes(other.id)]).toEqual([true, false]);
		}

		const looked = await say(platform, `show ${id}`, "carol");
		expect(looked.buttons).toEqual([]);
		const shown = await say(platform, `show ${id}`);
		expect(shown.buttons.map(({ label }) => label)).toEqual(["Restore"]);
		const restored = await press(platform, shown, "Restore");
		expect(restored.text).toMatch(/Restored 203\.0\.113\.128\/25[\s\S]*Restoration \| restored, by alice/);
		expect((await bound(prefixes.amsterdam)).some(({ cidr }) => cidr === target)).toBe(true);
		expect((await inChannel(3))[2]?.text).toContain(`Restored ${target}`);
	});
});

it("shows a risk before it is taken, and the button acknowledges what its card showed", async () => {
	const card = await say("discord", "2001:db8:100:1::/64");
	expect(card.text).toContain("Risk: The binding is not active yet (provisioning).");
	expect((await press("discord", card, "Delete")).text).toContain("Deleted 2001:db8:100:1::/64");
	const { guards } = await newest();
	expect(guards).toContainEqual(expect.objectContaining({ guard: "still_provisioning", acknowledged: true }));
});

it("shows no button for what a guard refuses", async () => {
	const card = await say("mattermost", "2001:db8:100:2::/64 INC-1");
	expect(card.text).toContain("2001:db8:100:2::/64 cannot be deleted now");
	expect(card.text).toContain("Not allowed: Cloudflare names no service for this binding");
	expect(card.buttons).toEqual([]);
});

it("neither a rejection nor a withdrawn request deletes anything", async () => {
	await press("slack", await say("slack", "198.51.100.0/24 INC-1"), "Ask for approval");
	const [first] = await inChannel(1);
	if (first === undefined) throw new Error("nothing in the channel");
	expect((await press("slack", first, "Reject", "bob")).text).toContain("Rejected: 198.51.100.0/24 stays");

	const asked = await press("slack", await say("slack", "198.51.100.0/24 INC-2"), "Ask for approval");
	const back = await press("slack", asked, "Cancel deletion");
	expect(back.text).toContain("alice cancelled this deletion.");
	expect((await rows()).map(({ state }: { state: string }) => state)).toEqual(["cancelled", "refused"]);
	expect(await deletes()).toEqual([]);
});

it("takes an id for approve, reject, cancel and restore", async () => {
	await press("discord", await say("discord", "198.51.100.0/24 INC-1"), "Ask for approval");
	const { id } = (await rows())[0];
	expect((await say("discord", `approve ${id}`)).text).toContain("You can't approve a deletion you requested");
	expect((await say("discord", `reject ${id}`, "bob")).text).toContain("Rejected: 198.51.100.0/24 stays");
	expect((await say("discord", `cancel ${id}`)).text).toContain("This deletion can't be cancelled: it was refused");
	expect((await say("discord", `restore ${id}`)).text).toContain(
		"Nothing was deleted, so there is nothing to restore.",
	);
	expect((await say("discord", `approve 7${"z".repeat(25)}`, "bob")).text).toContain(
		"There is no deletion with this id.",
	);
	expect((await say("discord", `show 7${"z".repeat(25)}`)).text).toContain("There is no deletion with this id.");
	expect((await inChannel(2))[1]?.text).toContain("Rejected: 198.51.100.0/24 stays");
});

it("a freeze stops cards already shown until it is lifted, and the channel sees both", async () => {
	const card = await say("mattermost", target);
	expect((await say("mattermost", "freeze we are being watched", "bob")).text).toContain(
		'bob lacks the scope "freeze".',
	);
	expect((await say("mattermost", "freeze we are being watched")).text).toContain("Deletions are frozen");
	expect((await press("mattermost", card, "Delete")).text).toContain(`${target} was not deleted`);
	const frozen = await say("mattermost", target);
	expect(frozen.text).toContain("Deletions are frozen by alice: we are being watched");
	expect(frozen.buttons).toEqual([]);
	expect((await say("mattermost", "unfreeze")).text).toContain("Deletions are no longer frozen");
	expect((await inChannel(2)).map(({ text }) => text.split("\n")[0])).toEqual([
		expect.stringContaining("Deletions are frozen"),
		expect.stringContaining("Deletions are no longer frozen"),
	]);
	expect(await deletes()).toEqual([]);
});

it("a request joins someone else's open deletion and is not announced again", async () => {
	const [card, other] = [await say("slack", "198.51.100.0/24 INC-1"), await say("discord", "198.51.100.0/24 INC-2")];
	await press("slack", card, "Ask for approval");
	await inChannel(1);
	const joined = await press("discord", other, "Ask for approval");
	expect(joined.text).toContain("INC-1");
	expect(await rows()).toHaveLength(1);
	// The same name on two platforms is one person, who cannot approve from the other platform.
	const { id } = (await rows())[0];
	expect((await say("mattermost", `approve ${id}`)).text).toContain("You can't approve a deletion you requested");
	const viaApi = await call(`/deletions/${id}/approval`, { method: "POST", json: { decision: "approve" } });
	expect(viaApi.json.state).toBe("deleted");
});
