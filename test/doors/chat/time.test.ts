// Every platform is answered within its time limit, whatever Cloudflare does. A later message may get lost, but the
// deletion does not.
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { played } from "../../../sandbox/chat/platforms.ts";
import { signedBySlack } from "../../../sandbox/chat/slack.ts";
import type { State } from "../../../sandbox/imitation/state.ts";
import type { Env } from "../../../src/config.ts";
import type { LedgerApi } from "../../../src/deletion/ledger-api.ts";
import { call, cloudflare, deletes } from "../../harness.ts";
import { cdn25, resetAll, services } from "../account.ts";
import { breakLedger } from "../watch.ts";
import { clickOn, inChannel, platformNames, press, say, send, senderOf, sentLater } from "./people.ts";

afterEach(resetAll);

const target = "203.0.113.128/25";
const platformLimitMs = 3000;
const state = async () => (await call("/deletions")).json.deletions.map((row: { state: string }) => row.state);

/** The waits are real, so all platforms wait at the same time. */
describe("while Cloudflare does not answer", () => {
	it("answers a command in time, and sends its card later", async () => {
		// They share the look-up.
		await cloudflare.order({ method: "GET", fault: { kind: "hang_before" } });
		const startedAtMs = Date.now();
		const answers = await Promise.all(
			platformNames.map(async (platform) => {
				const { text } = await send(platform, played[platform].command(target, senderOf(platform, "alice")));
				return played[platform].answered(text, "command");
			}),
		);
		expect(Date.now() - startedAtMs).toBeLessThan(platformLimitMs);
		for (const shown of answers) {
			expect(shown?.text).toMatch(/Looking at 203\.0\.113\.128\/25 …|unbind is thinking …/);
			expect(shown?.buttons).toEqual([]);
		}
		expect(await sentLater()).toEqual([]);
		await cloudflare.release();
		const cards = await sentLater(3);
		for (const card of cards) {
			expect(card).toMatchObject({ for: "caller" });
			expect(card.text).toContain(`Delete ${target}?`);
			expect(card.buttons).toHaveLength(2);
		}
	});

	it("answers a click in time: first that it is working, then the result and the channel's message", async () => {
		const active = { service_id: services.CDN, service_name: "CDN", provisioning: { state: "active" } };
		const { services: known, prefixes } = await cloudflare.state();
		const bindings = ["192.0.2.0/24", "192.0.2.0/25"].map((cidr, index) => ({
			id: String(index).repeat(32),
			cidr,
			...active,
		}));
		const third = { ...prefixes[0], id: "b".repeat(32), cidr: "192.0.2.0/24", bindings };
		await cloudflare.put({ services: known, prefixes: [...prefixes, third] } as State);
		// One prefix each, since a change to one binding changes its siblings' plans.
		const asked = { slack: target, discord: "192.0.2.0/25", mattermost: "2001:db8:100:1::/64" };
		const cards = await Promise.all(
			platformNames.map(async (platform) => ({ platform, card: await say(platform, asked[platform]) })),
		);
		await cloudflare.order({ method: "DELETE", times: 3, fault: { kind: "hang_before" } });
		const startedAtMs = Date.now();
		const answers = await Promise.all(
			cards.map(async ({ platform, card }) => {
				const { text } = await send(platform, clickOn(platform, card, "Delete"));
				return played[platform].answered(text, "press");
			}),
		);
		expect(Date.now() - startedAtMs).toBeLessThan(platformLimitMs);
		const [first] = await sentLater(1);
		for (const shown of [first, ...answers.filter((one) => one !== null)]) {
			expect(shown).toMatchObject({ for: "caller", replaces: true, buttons: [] });
			expect(shown?.text).toContain("Working on it …");
		}
		expect(await deletes()).toHaveLength(3);
		expect(await inChannel()).toEqual([]);
		await cloudflare.release();
		expect(await inChannel(3)).toHaveLength(3);
		// Slack's "working" is also a message.
		const results = (await sentLater(7)).filter((one) => one.for === "caller" && one.text.includes("Deleted"));
		expect(results).toHaveLength(3);
	});
});

describe("when the Ledger is unreachable", () => {
	it.each(platformNames)("%s says so", async (platform) => {
		const card = await say(platform, target);
		breakLedger();
		expect((await say(platform, target)).text).toContain("unbind's Ledger did not answer.");
		expect((await press(platform, card, "Delete")).text).toContain("unbind's Ledger did not answer.");
		vi.restoreAllMocks();
		expect((await press(platform, card, "Delete")).text).toContain(`Deleted ${target}`);
	});

	it("repeats a broken call, and the click counts once", async () => {
		const card = await say("discord", target);
		// Its own type, with everything RPC adds to it, is too much for the compiler.
		const namespace = env.LEDGER as unknown as Env["LEDGER"];
		const getByName = namespace.getByName.bind(namespace);
		let broken = 0;
		vi.spyOn(namespace, "getByName").mockImplementation((name) => {
			const stub = getByName(name);
			const afterwards = async <Told>(told: Promise<Told>): Promise<Told> => {
				await told;
				if (broken++ % 2 === 0) throw new Error("Network connection lost.");
				return told;
			};
			return {
				press: (click) => afterwards(stub.press(click)),
				request: (command, waitMs) => afterwards(stub.request(command, waitMs)),
				offer: (offer) => stub.offer(offer),
			} satisfies Partial<LedgerApi> as LedgerApi;
		});
		expect((await press("discord", card, "Delete")).text).toContain(`Deleted ${target}`);
		expect(broken).toBe(4);
		expect(await deletes()).toHaveLength(1);
	});
});

describe("when a later message cannot be delivered", () => {
	const hosts = { slack: "hooks.slack.com", discord: "discord.com", mattermost: "mattermost.sandbox" };

	it.each(platformNames)("in %s the deletion and its record remain", async (platform) => {
		const card = await say(platform, target);
		await cloudflare.order(
			{ path: hosts[platform], fault: { kind: "drop_before" } },
			{ path: hosts[platform], fault: { kind: "reject", status: 403 } },
		);
		const answer = await send(platform, clickOn(platform, card, "Delete"));
		expect(answer.status).toBe(200);
		// Each message is sent once: a failed one may have arrived, or never will.
		await sentLater(platform === "slack" ? 2 : 1);
		await expect.poll(state).toEqual(["deleted"]);
		expect(await deletes()).toEqual([`DELETE bindings/${cdn25}`]);
	});

	it("logs it without any address that would grant access", async () => {
		const lines: string[] = [];
		for (const level of ["info", "warn", "error"] as const)
			vi.spyOn(console, level).mockImplementation((line: string) => void lines.push(line));
		await cloudflare.order(...Object.values(hosts).map((path) => ({ path, fault: { kind: "drop_before" as const } })));
		for (const platform of platformNames) await say(platform, "freeze INC-1");
		await expect.poll(() => lines.filter((line) => line.includes("message_not_sent"))).toHaveLength(3);
		expect(lines.join("\n")).not.toMatch(/hooks\/|commands\/T0|token-|webhooks\/|secret/);
	});

	it("sends a message again if the platform may accept it a moment later", async () => {
		const card = await say("discord", target);
		await cloudflare.order({ path: hosts.discord, fault: { kind: "reject", status: 404 } });
		await press("discord", card, "Delete");
		const [first, again] = await sentLater(2);
		expect(again).toEqual(first);
		expect(await cloudflare.pendingOrders()).toEqual([]);
	});

	it("does not follow a platform's redirect", async () => {
		const card = await say("discord", target);
		await cloudflare.order({
			path: hosts.discord,
			fault: { kind: "redirect", location: "https://elsewhere.example/" },
		});
		await press("discord", card, "Delete");
		await sentLater(1);
		await expect.poll(state).toEqual(["deleted"]);
		expect((await cloudflare.log()).filter(({ fault }) => fault === "refused_host")).toEqual([]);
	});
});

describe("an address taken from a message", () => {
	it.each([
		["https://hooks.slack.com.evil.example/x"],
		["http://hooks.slack.com/x"],
		["https://evil.example/https://hooks.slack.com/"],
		["//hooks.slack.com/"],
		[""],
	])("gets nothing unless it is Slack's: %s", async (address) => {
		const fields = new URLSearchParams(played.slack.command("freeze INC-1", senderOf("slack", "alice")).body);
		fields.set("response_url", address);
		expect((await send("slack", signedBySlack(fields.toString()))).status).toBe(200);
		expect((await call("/freeze")).json.frozen).toBe(true);
		expect([await sentLater(), (await cloudflare.log()).map(({ path }) => path)]).toEqual([[], []]);
	});

	it.each([
		["https://evil.example/hooks"],
		["https://mattermost.sandbox.evil.example/"],
		["https://mattermost.sandbox@evil.example/"],
	])("gets nothing unless it is the configured Mattermost server's: %s", async (address) => {
		const { headers, body } = played.mattermost.command("freeze INC-1", senderOf("mattermost", "alice"));
		const fields = new URLSearchParams(body);
		fields.set("response_url", address);
		expect((await send("mattermost", { headers, body: fields.toString() })).status).toBe(200);
		expect([await sentLater(), (await cloudflare.log()).map(({ path }) => path)]).toEqual([[], []]);
	});
});
