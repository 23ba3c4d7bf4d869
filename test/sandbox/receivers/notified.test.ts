// The sandbox as `npm start` runs it: a deletion arrives at a destination of each kind, whatever the receivers do.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as v from "valibot";
import { afterAll, beforeAll, expect, it } from "vitest";
import { discordMessage, shownByDiscord } from "../../../sandbox/chat/discord.ts";
import { mattermostAttachments, shownByMattermost } from "../../../sandbox/chat/mattermost.ts";
import type { ShownButton } from "../../../sandbox/chat/platform.ts";
import { played } from "../../../sandbox/chat/platforms.ts";
import { places } from "../../../sandbox/chat/settings.ts";
import { shownBySlack } from "../../../sandbox/chat/slack.ts";
import type { InboxMessage } from "../../../sandbox/receivers/inbox.ts";
import { sandboxDestinations } from "../../../sandbox/receivers/settings.ts";
import { type Sandbox, startSandbox } from "../../../sandbox/sandbox.ts";
import { sandboxCallers } from "../../../sandbox/settings.ts";
import { destinationKinds } from "../../../src/notify/destination.ts";

let directory: string;
let sandbox: Sandbox;

beforeAll(async () => {
	directory = await mkdtemp(join(tmpdir(), "unbind-notified-"));
	const bindings = {
		...sandboxDestinations,
		PUBLIC_URL: "http://localhost:8787",
		GUARDS: { no_reason: "approve", breadth: "pass" },
	};
	sandbox = await startSandbox({ dataPath: join(directory, "data"), bindings });
});
afterAll(async () => {
	await sandbox.stop();
	await rm(directory, { recursive: true, force: true });
});

const authorization = `Bearer ${sandboxCallers.sandbox.token}`;
async function remove(target: string, reason: string | null = "CHG-1042"): Promise<number> {
	const query = reason === null ? "" : `?reason=${reason}`;
	const { status } = await fetch(`${sandbox.url}/bindings/${target}${query}`, {
		method: "DELETE",
		headers: { authorization },
	});
	return status;
}

async function inbox(atLeast: number): Promise<InboxMessage[]> {
	const response = await fetch(`${sandbox.imitationUrl}/sandbox/inbox?at_least=${atLeast}`);
	return (await response.json()) as InboxMessage[];
}

const order = (body: object) =>
	fetch(`${sandbox.imitationUrl}/sandbox/inbox/faults`, { method: "POST", body: JSON.stringify(body) });

it("shows a deletion in the inbox of every kind", async () => {
	expect(await remove("203.0.113.128/25")).toBe(200);
	const messages = await inbox(destinationKinds.length);
	expect(messages.map(({ to }) => to).toSorted()).toEqual(destinationKinds.toSorted());
	for (const message of messages) {
		expect(message).toMatchObject({ problem: null, fault: null });
		expect(message.shown).toContain("203.0.113.128/25");
	}
});

it("shows a message twice with one id, if its first answer was lost", async () => {
	await fetch(`${sandbox.imitationUrl}/sandbox/inbox`, { method: "DELETE" });
	await order({ to: "webhook", fault: { kind: "cut" } });
	expect(await remove("203.0.113.0/26")).toBe(200);
	const messages = (await inbox(destinationKinds.length + 1)).filter(({ to }) => to === "webhook");
	expect(messages).toMatchObject([
		{ status: null, fault: "cut", repeated: false },
		{ status: 204, fault: null, repeated: true },
	]);
	expect(messages[0]?.body).toEqual(messages[1]?.body);
});

const buttonsIn = {
	slack: (body: unknown) => shownBySlack(body).buttons,
	discord: (body: unknown) => shownByDiscord(v.parse(discordMessage, body), false).buttons,
	mattermost: (body: unknown) => {
		const { attachments } = v.parse(v.object({ attachments: mattermostAttachments }), body);
		return shownByMattermost(attachments, { for: "channel", replaces: false }).buttons;
	},
} satisfies Record<string, (body: unknown) => ShownButton[]>;

/** Resolves once the webhook has got this event. */
async function untilEvent(type: string): Promise<void> {
	const isIn = (all: InboxMessage[]) =>
		all.some(({ to, shown }) => to === "webhook" && shown?.startsWith(`dev.unbind.${type}:`));
	let all = await inbox(1);
	while (!isIn(all)) all = await inbox(all.length + 1);
}

it.each(["slack", "discord", "mattermost"] as const)("takes a click on a message's button in %s", async (platform) => {
	await fetch(`${sandbox.imitationUrl}/sandbox/inbox`, { method: "DELETE" });
	expect(await remove("203.0.113.64/26", null)).toBe(202);
	const asked = (await inbox(destinationKinds.length - 1)).find(({ to }) => to === platform);
	const reject = buttonsIn[platform](asked?.body).find(({ label }) => label === "Reject");
	if (reject === undefined) throw new Error(`no button in ${asked?.shown}`);
	const { workspace, channel, people } = places[platform];
	const bob = { workspace, channel, userId: people.bob, userName: "bob" };
	const click = played[platform].press(reject, bob, `a click in ${platform}`);
	const { status } = await fetch(`${sandbox.url}/chat/${platform}`, { method: "POST", ...click });
	expect(status).toBe(200);
	await untilEvent("approval.rejected");
	const alerts = (await inbox(2 * (destinationKinds.length - 1))).filter(({ to }) => to === "pagerduty");
	expect(alerts.map(({ shown }) => shown?.split(" ")[0])).toEqual(["trigger", "resolve"]);
	expect(new Set(alerts.map(({ shown }) => shown?.split(" ")[1])).size).toBe(1);
});
