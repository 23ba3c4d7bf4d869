// Who may use chat: a proven platform, with a workspace, a channel and a user from the configuration. Every command and
// every click is checked.
import { evictDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { signedByDiscord } from "../../../sandbox/chat/discord.ts";
import type { Outgoing } from "../../../sandbox/chat/platform.ts";
import { played } from "../../../sandbox/chat/platforms.ts";
import { places, sandboxChat } from "../../../sandbox/chat/settings.ts";
import { signedBySlack } from "../../../sandbox/chat/slack.ts";
import type { PlatformName } from "../../../src/config/chat.ts";
import { call, cloudflare, deletes, ledger, origin } from "../../harness.ts";
import { configureLedger } from "../../lifecycle/configured-ledger.ts";
import { countingInAMinute, newAddress, resetAll } from "../account.ts";
import { fetchWorker } from "../configured.ts";
import { expectProblem } from "../expect-problem.ts";
import { clickOn, inChannel, platformNames, press, say, send, senderOf, sentLater } from "./people.ts";

afterEach(resetAll);

const target = "203.0.113.128/25";
const elsewhere: Record<PlatformName, { workspace: string; channel: string }> = {
	slack: { workspace: "T0ELSEWHERE", channel: "C0ELSEWHERE" },
	discord: { workspace: "110000000000000009", channel: "120000000000000009" },
	mattermost: { workspace: "team0elsewhere000000000000", channel: "chan0elsewhere000000000000" },
};

const strangers: [string, (platform: PlatformName) => object, string][] = [
	[
		"another workspace",
		(platform) => ({ workspace: elsewhere[platform].workspace }),
		"is not set up for this workspace",
	],
	["another channel", (platform) => ({ channel: elsewhere[platform].channel }), "is not set up for this channel"],
	[
		"an unknown user",
		(platform) => ({ userId: places[platform].people.mallory }),
		"You are not in unbind's configuration",
	],
	["no user", () => ({ userId: "" }), "You are not in unbind's configuration"],
	[
		"alice's name as a user id",
		() => ({ userId: "alice", userName: "alice" }),
		"You are not in unbind's configuration",
	],
];

describe.each(platformNames)("in %s", (platform) => {
	it("refuses strangers at every command and every click", async () => {
		const card = await say(platform, target);
		await cloudflare.forgetLog();
		for (const [what, where, sentence] of strangers) {
			for (const text of [target, "help", "freeze now"]) {
				const seen = await say(platform, text, "alice", where(platform));
				expect(seen, what).toMatchObject({ for: "caller", buttons: [] });
				expect(seen.text, what).toContain(sentence);
			}
			expect((await press(platform, card, "Delete", "alice", where(platform))).text, what).toContain(sentence);
		}
		expect(await cloudflare.calls()).toEqual([]);
		expect((await call("/freeze")).json.frozen).toBe(false);
		// It was alice's card all along.
		expect((await press(platform, card, "Delete")).text).toContain(`Deleted ${target}`);
	});

	it("gives a user the configured scopes and no others", async () => {
		// bob may decide, but not delete.
		const looker = await say(platform, target, "bob");
		expect(looker.text).toContain('You cannot delete this binding: you lack the scope "delete".');
		expect(looker.buttons).toEqual([]);
		expect((await say(platform, "freeze now", "carol")).text).toContain('lacks the scope "freeze"');
		await press(platform, await say(platform, target), "Delete");
		const [{ id }] = (await call("/deletions")).json.deletions;
		for (const verb of ["approve", "reject", "cancel", "restore"])
			expect((await say(platform, `${verb} ${id}`, "carol")).text).toContain("lacks the scope");
		expect((await say(platform, `show ${id}`, "carol")).text).toContain(`Deleted ${target}`);
	});
});

describe("by the configuration", () => {
	const settings = (user: object) => ({
		...sandboxChat,
		CHAT: { slack: { ...sandboxChat.CHAT.slack, users: { [places.slack.people.alice]: user } } },
	});
	const answerTo = async (text: string, user: object) => {
		const { headers, body } = played.slack.command(text, senderOf("slack", "alice"));
		const request = new Request<unknown, IncomingRequestCfProperties>(`${origin}/chat/slack`, {
			method: "POST",
			headers,
			body,
		});
		const response = await fetchWorker(request, settings(user));
		return played.slack.answered(await response.text(), "command");
	};

	it("a user without scopes may do nothing, not even read", async () => {
		for (const text of [target, "history", `show 7${"z".repeat(25)}`])
			expect((await answerTo(text, {}))?.text).toContain(`slack:${places.slack.people.alice} lacks the scope "read".`);
		expect(await cloudflare.calls()).toEqual([]);
	});

	it("a user without ranges can delete nothing, and a user with ranges nothing outside them", async () => {
		const scopes = ["read", "delete"];
		for (const user of [{ scopes }, { scopes, ranges: ["198.51.100.0/24"] }]) {
			const card = await answerTo(target, user);
			expect(card?.text).toContain("The binding is outside the ranges you may delete in.");
			expect(card?.buttons).toEqual([]);
		}
		expect((await answerTo(target, { scopes, ranges: [target] }))?.buttons).toHaveLength(2);
	});

	it("an approval does not delete for a user who was removed in the meantime", async () => {
		await press("slack", await say("slack", "198.51.100.0/24 INC-1"), "Ask for approval");
		const [approval] = await inChannel(1);
		if (approval === undefined) throw new Error("nothing in the channel");
		await evictDurableObject(ledger());
		const { [places.slack.people.alice]: _, ...left } = sandboxChat.CHAT.slack.users;
		await configureLedger({ CHAT: { slack: { ...sandboxChat.CHAT.slack, users: left } } });
		expect((await press("slack", approval, "Approve", "bob")).text).toContain(
			"The configuration no longer lets alice delete. Nothing was sent.",
		);
		expect(await deletes()).toEqual([]);
	});
});

describe("a message without a proof", () => {
	const unproven = {
		status: 401,
		code: "unauthorized",
		title: "Authentication is required",
		detail: "The signature or secret does not match any sender in unbind's configuration.",
	};
	const fromSlack = () => played.slack.command(target, senderOf("slack", "alice"));

	it.each<[string, () => Outgoing]>([
		["another secret", () => signedBySlack(fromSlack().body, Date.now(), "another secret")],
		["an old signature", () => signedBySlack(fromSlack().body, Date.now() - 301_000)],
		["a signature from the future", () => signedBySlack(fromSlack().body, Date.now() + 302_000)],
		["another body", () => ({ ...fromSlack(), body: "user_id=U0ALICE" })],
		["no signature", () => ({ headers: {}, body: fromSlack().body })],
	])("is not accepted as Slack's: %s", async (_, make) => {
		expectProblem(await send("slack", make()), unproven);
	});

	it("is not accepted as Mattermost's, with a wrong token or with none", async () => {
		const { headers, body } = played.mattermost.command(target, senderOf("mattermost", "alice"));
		const wrong = { ...headers, authorization: "Token sandbox0mattermost0token01" };
		expect((await send("mattermost", { headers: wrong, body })).status).toBe(401);
		const { authorization: _, ...without } = headers;
		expect((await send("mattermost", { headers: without, body })).status).toBe(401);
		expect((await send("mattermost", { headers: { "content-type": "application/json" }, body: "{}" })).status).toBe(
			401,
		);
	});

	it("gets the same answer when its platform is unknown or not configured", async () => {
		const message = fromSlack();
		expectProblem(await call("/chat/teams", { method: "POST", token: null, ...message }), unproven);
		const request = new Request<unknown, IncomingRequestCfProperties>(`${origin}/chat/slack`, {
			method: "POST",
			...message,
		});
		const response = await fetchWorker(request, { CHAT: {} });
		expect(response.status).toBe(401);
		expectProblem(await send("mattermost", { headers: {}, body: "{}" }), unproven);
	});

	it("a click on a made-up button is logged without an actor", async () => {
		const logged = vi.spyOn(console, "info").mockImplementation(() => {});
		const actors = () =>
			logged.mock.calls
				.map(([line]) => JSON.parse(line))
				.flatMap(({ path, actor }) => (path?.startsWith("/chat") ? [actor] : []));
		const card = await say("mattermost", target);
		const { headers, body } = clickOn("mattermost", card, "Cancel");
		await send("mattermost", { headers, body: body.replace(/"offer":"[0-9a-f]{32}"/, `"offer":"${"0".repeat(32)}"`) });
		await press("mattermost", card, "Cancel");
		expect(actors()).toEqual(["alice", null, "alice"]);
	});

	it("reaches neither the parser nor the Ledger", async () => {
		const asked = vi.spyOn(env.LEDGER, "getByName");
		await send("discord", { headers: { "x-signature-ed25519": "0", "x-signature-timestamp": "1" }, body: "{" });
		await send("mattermost", { headers: {}, body: "{" });
		expect(asked).not.toHaveBeenCalled();
	});

	it("a signed message with unknown content is malformed", async () => {
		for (const body of ["", "payload=%7B", "payload={}", "team_id=T0SANDBOX", "%ff"])
			expect((await send("slack", signedBySlack(body))).json).toMatchObject({
				status: 400,
				code: "invalid_request",
			});
		for (const interaction of [null, {}, { type: 9 }, { type: 2 }, { type: 3, id: "1", token: "../x", data: {} }])
			expect((await send("discord", signedByDiscord(interaction))).json).toMatchObject({ status: 400 });
	});

	it("slows down guesses at Mattermost's buttons", countingInAMinute, async () => {
		const address = newAddress();
		const click = clickOn("mattermost", await say("mattermost", target), "Delete");
		const guess = (offer: string) =>
			send("mattermost", {
				headers: { ...click.headers, "cf-connecting-ip": address },
				body: click.body.replace(/"offer":"[0-9a-f]{32}"/, `"offer":"${offer}"`),
			});
		const statuses: number[] = [];
		for (let count = 0; count < 21; count++) statuses.push((await guess(count.toString(16).padStart(32, "0"))).status);
		expect(statuses).toEqual([...Array.from({ length: 20 }, () => 200), 429]);
		expect(await deletes()).toEqual([]);
		expect(await sentLater()).toEqual([]);
	});
});
